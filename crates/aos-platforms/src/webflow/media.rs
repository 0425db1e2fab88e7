//! The article's image, uploaded as an asset of the site. Source: contract `cms.md`, section 2.4.

use aos_capabilities::{PlatformError, PlatformErrorKind, publish::ArticleImage};
use aos_outbound::{Method, Part, Request};
use md5::{Digest, Md5};

use super::{
    ID, NAME,
    api::{Asset, NewAsset},
    errors::{self, Verb},
    mapping::Uploaded,
    session::Session,
};
use crate::vendor;

const VERB: Verb = Verb::UploadImage;

/// Uploads the image: first its name and hash, then the bytes to where Webflow says.
pub(super) async fn upload(session: &Session<'_>, image: &ArticleImage) -> Result<Uploaded, PlatformError> {
    let file_name = file_name(image);
    let file_hash: String = Md5::digest(&image.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let wish = NewAsset { file_name: &file_name, file_hash: &file_hash };
    let asset: Asset = session.call(VERB, session.site(Method::POST, "/assets").json(&wish)).await?;

    // The form's fields go in the given spelling and the file goes last.
    let details = asset.upload_details.iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Part::text(name, value)
    });
    let file = Part::file("file", &file_name, &image.content_type, image.bytes.clone());
    let parts = details.chain([file]).collect();
    let url = address(session, &asset.upload_url)?;
    // No token goes there: the fields are what opens it.
    let response = session.exchange(VERB, Request::post(&*url).multipart(parts).redirects(0)).await?;
    if response.is_success() {
        return Ok(Uploaded { id: asset.id, alt: image.alt.clone() });
    }
    let mut error = session.refusal(VERB, &response);
    if (400..500).contains(&response.status) && !matches!(response.status, 408 | 429) {
        // It is not Webflow that answers here, so its words for 401 and 403 would mislead.
        let words = "Webflow's store for files did not take the image.";
        let help = "Use a smaller image or another type, or publish without one.";
        error = errors::error(VERB, PlatformErrorKind::Invalid("image".to_owned()), words, help);
        error.provider_code = Some(format!("http_{}", response.status));
    }
    Err(error)
}

/// Where the bytes go. The vendor's addresses are encrypted; a sandbox may name its own place.
fn address(session: &Session<'_>, url: &str) -> Result<String, PlatformError> {
    if url.starts_with("https://") {
        return Ok(session.webflow.vendor.url(url));
    }
    if session.webflow.descriptor.simulated && url.starts_with("http://") {
        return Ok(url.to_owned());
    }
    Err(vendor::unreadable(ID, NAME, VERB.name(), VERB.effect()))
}

/// The end of the file's name. `None` for types that Webflow does not show as images.
pub(super) fn extension(content_type: &str) -> Option<&'static str> {
    match content_type {
        "image/png" => Some("png"),
        "image/jpeg" => Some("jpg"),
        "image/gif" => Some("gif"),
        "image/webp" => Some("webp"),
        _ => None,
    }
}

/// A name of plain letters with the end that fits the type.
fn file_name(image: &ArticleImage) -> String {
    let stem = image.file_name.rsplit_once('.').map_or(image.file_name.as_str(), |(stem, _)| stem);
    let mut name = String::new();
    for c in stem.chars().take(60) {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { "image" } else { name };
    format!("{name}.{}", extension(&image.content_type).unwrap_or("bin"))
}
