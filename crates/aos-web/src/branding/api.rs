//! The agency's branding over the JSON API.

use aos_features::people::{
    Permission,
    branding::{self, Branding, LARGEST_LOGO},
};
use axum::{Json, extract::DefaultBodyLimit, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouterExt;

use super::logo_href;
use crate::{
    api::{Body, Caller, Reply, Silent, SliceRouter, operations},
    onboarding::api::UploadedFile,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(shown, change))
        // The file, and what a form needs around it.
        .routes(operations!(set_logo, remove_logo).layer(DefaultBodyLimit::max(LARGEST_LOGO + (64 << 10))))
}

/// How the agency shows itself to its clients; nothing of it has to be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrandingView {
    /// `#rrggbb`.
    pub accent: Option<String>,
    /// Where the logo can be fetched; another logo has another address.
    pub logo_url: Option<String>,
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub logo_type: Option<String>,
}

impl BrandingView {
    fn of(branding: Branding, caller: &Caller) -> aos_kernel::Result<Self> {
        Ok(Self {
            logo_url: logo_href(&branding).map(|path| caller.url(&path)).transpose()?,
            logo_type: branding.logo_type,
            accent: branding.accent,
        })
    }
}

/// What is to be changed of the branding.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeBranding {
    /// `#rrggbb` or `#rgb`; null takes the colour back.
    pub accent: Option<String>,
}

/// A logo.
#[derive(Debug, ToSchema)]
pub struct LogoForm {
    /// PNG, JPEG or WebP, at most 512 kB.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    pub file: Vec<u8>,
}

async fn kept(caller: &Caller) -> Reply<BrandingView> {
    let branding = branding::branding(&mut caller.read().await?).await?;
    Ok(Json(BrandingView::of(branding, caller)?))
}

/// How the agency shows itself to its clients.
#[utoipa::path(get, path = "/branding", tag = "agency", responses((status = 200, body = BrandingView)))]
async fn shown(caller: Caller) -> Reply<BrandingView> {
    kept(&caller).await
}

/// Choose the colour that clients see, or take it back.
#[utoipa::path(put, path = "/branding", tag = "agency", request_body = ChangeBranding, responses((status = 200, body = BrandingView)))]
async fn change(caller: Caller, Body(body): Body<ChangeBranding>) -> Reply<BrandingView> {
    let agency = caller.agency(Permission::OperateSystem)?;
    let mut tx = caller.begin().await?;
    branding::set_accent(&mut tx, &agency, body.accent.as_deref()).await?;
    tx.commit().await?;
    kept(&caller).await
}

/// Choose the logo that clients see. What kind of image it is, its bytes say.
#[utoipa::path(post, path = "/branding/logo", tag = "agency", request_body(content = LogoForm, content_type = "multipart/form-data"), responses((status = 200, body = BrandingView)))]
async fn set_logo(caller: Caller, UploadedFile(file): UploadedFile) -> Reply<BrandingView> {
    let agency = caller.agency(Permission::OperateSystem)?;
    let product = &caller.state.product;
    let actor = caller.principal.actor().clone();
    branding::set_logo(&product.db, &product.objects, &agency, actor, file.bytes).await?;
    kept(&caller).await
}

/// Take the logo back.
#[utoipa::path(delete, path = "/branding/logo", tag = "agency", responses((status = 204, description = "Taken back.")))]
async fn remove_logo(caller: Caller) -> Silent {
    let agency = caller.agency(Permission::OperateSystem)?;
    let mut tx = caller.begin().await?;
    branding::remove_logo(&mut tx, &agency).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
