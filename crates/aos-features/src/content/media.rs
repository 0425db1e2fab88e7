//! Where pictures come from, and what is done to them on the way to a platform.

use aos_capabilities::post::{MediaKind, MediaRule};
use aos_kernel::{Result, TenantScope};
use bytes::Bytes;
use url::Url;

/// A picture, film or document of the client, as it is kept or as it was made to fit.
#[derive(Clone, Debug)]
pub struct Media {
    pub kind: MediaKind,
    pub bytes: Bytes,
    pub content_type: String,
    /// What it shows, as its keeper knows.
    pub alt: String,
    /// Pixels, where they are known.
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// The client's pictures, films and documents. A name of one is whatever the source understands: an id of the media
/// library, or the address of an image that was crawled.
#[async_trait::async_trait]
pub trait MediaSource: Send + Sync {
    /// The file as it is kept; `None` when there is none of that name.
    ///
    /// # Errors
    /// `Storage`.
    async fn load(&self, scope: TenantScope, media: &str) -> Result<Option<Media>>;

    /// Made to fit what a platform takes: another format, fewer pixels, fewer bytes. What can't be made to fit comes back
    /// as it is; the platform's rules then say why it can't be used.
    ///
    /// # Errors
    /// `Outside` for a file that can't be read as what it claims to be.
    async fn fit(&self, media: Media, rule: &MediaRule) -> Result<Media>;

    /// A signed address at which a platform can fetch the file, as it was made to fit, for a while; `None` where nobody
    /// outside can reach this installation.
    ///
    /// # Errors
    /// `Storage`.
    async fn public_url(&self, scope: TenantScope, media: &str, rule: &MediaRule) -> Result<Option<Url>>;
}

/// A name that platforms take: ASCII, with the extension that says the type.
pub(super) fn file_name(stem: &str, content_type: &str) -> String {
    let stem: String = stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(60).collect();
    let stem = if stem.is_empty() { "image" } else { stem.as_str() };
    let extension = match content_type {
        "image/png" => "png",
        "image/webp" => "webp",
        "image/gif" => "gif",
        "video/mp4" => "mp4",
        "application/pdf" => "pdf",
        _ => "jpg",
    };
    format!("{stem}.{extension}")
}
