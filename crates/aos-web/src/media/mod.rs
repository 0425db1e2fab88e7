//! The client's media library on both faces, and the addresses at which platforms fetch a file.

pub mod api;
mod pages;
mod upload;
pub mod views;

pub(crate) use pages::original_of;

use aos_features::{
    content::library::{self, LARGEST_VIDEO, PUBLIC_PATH},
    website,
};
use aos_kernel::{ErrorKind, MediaId, Result, TenantScope};
use aos_storage::Conn;

use crate::{content::views::ImageView, router::Routes, ui::Source};

/// The largest file, and what a form needs around it.
const LARGEST_FORM: usize = LARGEST_VIDEO + (1 << 20);

/// The routes of the library.
pub fn routes() -> Routes {
    ["/portal/clients/{tenant}", "/client/{tenant}"]
        .iter()
        .fold(Routes::default(), |routes, base| routes.and(below(base)))
        .get(&format!("{PUBLIC_PATH}{{token}}"), pages::fetch)
}

/// A picture by the name that a text has for it: one of the library, or the address of a crawled one. It is fetched below
/// `base`, that of a client's face or of a mailed link.
///
/// # Errors
/// `Storage`.
pub(crate) async fn picture(base: &str, conn: &mut Conn, scope: TenantScope, name: &str) -> Result<Option<ImageView>> {
    if let Ok(id) = name.parse::<MediaId>() {
        return match library::file(conn, scope, id).await {
            Ok(file) => Ok(Some(ImageView { href: format!("{base}/media/{id}/file"), alt: file.alt, from: None })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
    }
    let image = website::queries::image_by_url(conn, scope, name).await?;
    Ok(image.map(|image| ImageView {
        href: format!("{base}/media/{}", image.id),
        alt: image.alt,
        from: Some(Source::page(&image.page_url)),
    }))
}

/// The same on both faces. The picture of a crawl, `media/{media}`, is the website's own.
fn below(base: &str) -> Routes {
    Routes::default()
        .get(&format!("{base}/media"), pages::page)
        .upload(&format!("{base}/media"), LARGEST_FORM, pages::bring)
        .get(&format!("{base}/media/{{media}}/file"), pages::original)
        .get(&format!("{base}/media/{{media}}/small"), pages::small)
        .post(&format!("{base}/media/{{media}}/alt"), pages::describe)
        .post(&format!("{base}/media/{{media}}/remove"), pages::remove)
}
