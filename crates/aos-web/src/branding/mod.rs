//! The agency's branding: the page where administrators choose it, and the style sheet and logo that the client
//! dashboard loads.

pub mod api;
mod colour;
mod page;
pub mod views;

use aos_features::people::branding::{self, Branding, LARGEST_LOGO};
use aos_storage::Conn;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse,
};

use crate::{layout::Brand, paths, router::Routes, session::Answer, state::AppState};

const STYLE: &str = "/brand/style.css";
const LOGO: &str = "/brand/logo";

/// The routes of the branding.
pub fn routes() -> Routes {
    Routes::default()
        .get(STYLE, style)
        .get(LOGO, logo)
        .get(paths::BRANDING, page::page)
        .post(paths::BRANDING, page::set_accent)
        // The file, and what a form needs around it.
        .upload("/manage/settings/branding/logo", LARGEST_LOGO + (64 << 10), page::set_logo)
        .post("/manage/settings/branding/logo/remove", page::remove_logo)
}

/// The style sheet's address; it names the colour, so that a new one is fetched and the old one kept.
fn style_href(branding: &Branding) -> Option<String> {
    branding.accent.as_ref().map(|accent| format!("{STYLE}?v={}", accent.trim_start_matches('#')))
}

pub(crate) fn logo_href(branding: &Branding) -> Option<String> {
    branding.logo_hash.as_ref().map(|hash| format!("{LOGO}?v={}", hash.get(..12).unwrap_or(hash)))
}

/// What every page that strangers and clients see begins with.
///
/// # Errors
/// `Storage`.
pub(crate) async fn brand(conn: &mut Conn) -> aos_kernel::Result<Brand> {
    let chosen = branding::branding(conn).await?;
    Ok(Brand { style: style_href(&chosen), logo: logo_href(&chosen) })
}

/// `GET /brand/style.css`: the colour, as it can be read on light and on dark.
async fn style(State(state): State<AppState>) -> Answer {
    let chosen = branding::branding(&mut state.product.db.read().await?).await?.accent;
    let css = chosen.as_deref().and_then(colour::Accent::of).map(|accent| accent.style()).unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, css).into_response())
}

/// `GET /brand/logo`.
async fn logo(State(state): State<AppState>) -> Answer {
    let chosen = branding::branding(&mut state.product.db.read().await?).await?;
    let (Some(key), Some(kind)) = (chosen.logo_key, chosen.logo_type) else {
        return Err(aos_kernel::Error::not_found("logo").into());
    };
    let bytes = state.product.objects.get(&key).await?;
    let kind = HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, bytes).into_response())
}
