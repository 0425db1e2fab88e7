//! The built interface (`ui/` → `dist/`), embedded: hashed names are cached for ever, the rest by ETag.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

#[derive(rust_embed::Embed)]
#[folder = "dist/"]
struct Dist;

/// Where the router mounts [`serve`].
pub const MOUNT: &str = "/assets/";

/// An entry of Vite's manifest, as far as we read it.
#[derive(Deserialize)]
struct Built {
    file: String,
    #[serde(default)]
    css: Vec<String>,
}

struct Names {
    script: String,
    style: String,
    icons: String,
    font: String,
}

/// Read once; the build script has made sure that the manifest is there and complete.
static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let manifest: HashMap<String, Built> =
        Dist::get(".vite/manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default();
    let url = |file: &str| format!("{MOUNT}{file}");
    let entry = manifest.get("src/main.ts");
    let find = |part: &str| Dist::iter().find(|name| name.contains(part)).map(|name| url(&name)).unwrap_or_default();
    Names {
        script: entry.map(|built| url(&built.file)).unwrap_or_default(),
        style: entry.and_then(|built| built.css.first()).map(|file| url(file)).unwrap_or_default(),
        icons: find("icons-"),
        font: find("inter-latin-wght-normal"),
    }
});

/// URL of the script.
pub fn script() -> &'static str {
    &NAMES.script
}
/// URL of the style sheet.
pub fn style() -> &'static str {
    &NAMES.style
}
/// URL of the icon sprite.
pub fn icons() -> &'static str {
    &NAMES.icons
}
/// URL of the font that every page needs first.
pub fn font() -> &'static str {
    &NAMES.font
}

/// `GET /assets/{*path}`.
pub async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = Dist::get(&path).filter(|_| !path.starts_with('.')) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag: String = file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let caching = [
        (header::ETAG, tag.clone()),
        // Every name carries a hash of its content, so a change has another name.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
    ];
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let kind =
        HeaderValue::from_str(file.metadata.mimetype()).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    (caching, [(header::CONTENT_TYPE, kind)], Body::from(file.data.into_owned())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_interface_is_complete() {
        for url in [script(), style(), icons(), font()] {
            let file = url.strip_prefix(MOUNT).unwrap_or_default();
            assert!(Dist::get(file).is_some(), "{url:?} is not in dist/");
        }
    }

    #[tokio::test]
    async fn a_file_that_the_browser_has_is_not_sent_again() {
        let path = style().trim_start_matches(MOUNT).to_owned();
        let first = serve(Path(path.clone()), HeaderMap::new()).await;
        assert_eq!(first.status(), StatusCode::OK);
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(serve(Path(path), headers).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(serve(Path("../Cargo.toml".into()), HeaderMap::new()).await.status(), StatusCode::NOT_FOUND);
    }
}
