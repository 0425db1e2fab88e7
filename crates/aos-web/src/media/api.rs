//! The media library over the JSON API.

use aos_features::{
    content::library::{self, MediaFile, MediaOrigin, MediaUse},
    people::Permission,
    tenants,
};
use aos_kernel::{MediaId, TenantId};
use axum::{
    Json,
    extract::{DefaultBodyLimit, Multipart, multipart::MultipartRejection},
    http::StatusCode,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouterExt;
use uuid::Uuid;

use super::{LARGEST_FORM, upload};
use crate::{
    api::{
        ActorView, Asked, Body, Caller, Listed, Made, MadeId, Paging, Reply, Silent, SliceRouter, operations, words,
    },
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list))
        .routes(operations!(bring).layer(DefaultBodyLimit::max(LARGEST_FORM)))
        .routes(operations!(one, describe, remove))
}

/// A picture, film or document of the library.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaView {
    pub id: Uuid,
    #[schema(schema_with = words::media_origin)]
    pub origin: MediaOrigin,
    /// Where the crawl found it.
    pub source_url: Option<String>,
    pub file_name: String,
    /// `image/jpeg`, `image/png`, `image/webp`, `image/gif`, `application/pdf` or `video/mp4`.
    pub content_type: String,
    /// Pixels, of a picture.
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub bytes: i64,
    /// SHA-256 of what is kept, in hexadecimal.
    pub hash: String,
    /// What it shows; empty when nobody said. Without it a picture is not published.
    pub alt: String,
    /// Where it is used, the last touched first.
    pub uses: Vec<MediaUseView>,
    pub added_by: ActorView,
    pub created_at: DateTime<Utc>,
}

/// A content item that uses a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaUseView {
    pub item_id: Uuid,
    pub title: String,
    #[schema(schema_with = words::item_state)]
    pub state: aos_features::content::ItemState,
}

impl MediaView {
    fn of(file: MediaFile, uses: Vec<MediaUse>) -> Self {
        let used = |one: MediaUse| MediaUseView { item_id: one.item.uuid(), title: one.title, state: one.state };
        Self {
            id: file.id.uuid(),
            origin: file.origin,
            source_url: file.source_url,
            file_name: file.file_name,
            content_type: file.content_type,
            width: file.width,
            height: file.height,
            bytes: file.bytes,
            hash: file.hash,
            alt: file.alt,
            uses: uses.into_iter().map(used).collect(),
            added_by: file.added_by.into(),
            created_at: file.created_at,
        }
    }
}

/// A file and what it shows.
#[derive(Debug, ToSchema)]
pub struct MediaForm {
    /// JPEG, PNG, WebP or GIF up to 20 MB, PDF up to 25 MB, MP4 up to 64 MB. What it is, its bytes say.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    pub file: Vec<u8>,
    /// What it shows, for those who can't see it. Needed of a picture.
    pub alt: Option<String>,
}

/// What a file shows.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeMedia {
    pub alt: String,
}

async fn view(caller: &Caller, scope: aos_kernel::TenantScope, id: MediaId) -> Reply<MediaView> {
    let mut conn = caller.read().await?;
    let file = library::file(&mut conn, scope, id).await?;
    let uses = library::used(&mut conn, scope, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Json(MediaView::of(file, uses)))
}

/// The files of the library, the newest first. Pictures of the website come in as they are looked at.
#[utoipa::path(get, path = "/tenants/{tenant}/media", tag = "media", params(Paging), responses((status = 200, body = Listed<MediaView>)))]
async fn list(caller: Caller, At(tenant): At<TenantId>, Asked(paging): Asked<Paging>) -> Reply<Listed<MediaView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let after = paging.after()?;
    caller.state.product.library.catch_up(scope).await?;
    let mut conn = caller.read().await?;
    let page = library::files(&mut conn, scope, after.as_ref(), paging.size()).await?;
    let ids: Vec<MediaId> = page.items.iter().map(|file| file.id).collect();
    let mut uses = library::used(&mut conn, scope, &ids).await?;
    Ok(Json(Listed::page(page, |file| {
        let uses = uses.remove(&file.id).unwrap_or_default();
        MediaView::of(file, uses)
    })))
}

/// Bring a file. The same bytes are kept once: brought again, the answer names the file that is there.
#[utoipa::path(post, path = "/tenants/{tenant}/media", tag = "media", request_body(content = MediaForm, content_type = "multipart/form-data"), responses((status = 201, body = MadeId)))]
async fn bring(caller: Caller, At(tenant): At<TenantId>, form: Result<Multipart, MultipartRejection>) -> Made<MadeId> {
    let scope = caller.scope(tenant, Permission::EditContent)?;
    tenants::queries::tenant(&mut caller.read().await?, scope).await?;
    let upload = upload::read(form).await?;
    let actor = caller.principal.actor().clone();
    let kept = caller.state.product.library.upload(actor, scope, upload).await?;
    Ok((StatusCode::CREATED, Json(MadeId { id: kept.id.uuid() })))
}

/// One file of the library.
#[utoipa::path(get, path = "/tenants/{tenant}/media/{media}", tag = "media", responses((status = 200, body = MediaView)))]
async fn one(caller: Caller, At((tenant, media)): At<(TenantId, MediaId)>) -> Reply<MediaView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    view(&caller, scope, media).await
}

/// Say what a file shows.
#[utoipa::path(put, path = "/tenants/{tenant}/media/{media}", tag = "media", request_body = ChangeMedia, responses((status = 200, body = MediaView)))]
async fn describe(
    caller: Caller,
    At((tenant, media)): At<(TenantId, MediaId)>,
    Body(body): Body<ChangeMedia>,
) -> Reply<MediaView> {
    let scope = caller.scope(tenant, Permission::EditContent)?;
    let mut tx = caller.begin().await?;
    library::describe(&mut tx, scope, media, &body.alt).await?;
    tx.commit().await?;
    view(&caller, scope, media).await
}

/// Take a file out. Refused while something that is not published yet uses it.
#[utoipa::path(delete, path = "/tenants/{tenant}/media/{media}", tag = "media", responses((status = 204, description = "Taken out.")))]
async fn remove(caller: Caller, At((tenant, media)): At<(TenantId, MediaId)>) -> Silent {
    let scope = caller.scope(tenant, Permission::EditContent)?;
    caller.state.product.library.remove(caller.principal.actor().clone(), scope, media).await?;
    Ok(StatusCode::NO_CONTENT)
}
