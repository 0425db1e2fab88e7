//! The article's image, uploaded once. Source: contract `cms.md`, section 1.4.

use aos_capabilities::{
    PlatformError,
    publish::{Article, ArticleImage},
};
use sha2::{Digest, Sha256};

use super::{
    api::{Media, MediaTexts},
    errors::Verb,
    session::Session,
};

/// The header by which WordPress names a file that it kept although something failed afterwards.
const KEPT: &str = "x-wp-upload-attachment-id";

/// The id of the image on the site; it is uploaded unless an earlier attempt did.
pub(super) async fn ensure(
    session: &mut Session<'_>,
    article: &Article,
    image: &ArticleImage,
) -> Result<u64, PlatformError> {
    let stem = stem(article, image);
    if let Some(id) = find(session, &stem).await? {
        return Ok(id);
    }
    let id = upload(session, image, &stem).await?;
    // With a raw body the texts can only be set afterwards; the image itself is there.
    let texts = MediaTexts { alt_text: &image.alt, title: file_title(&image.file_name) };
    let request = session.post(&format!("wp/v2/media/{id}"), &[("_fields", Media::FIELDS)]).json(&texts);
    if session.call::<Media>(Verb::UploadImage, request).await.is_err() {
        session.notes.push("The image has no description on the site: setting it failed.".to_owned());
    }
    Ok(id)
}

/// WordPress makes the slug from the file's name and numbers those that are taken.
async fn find(session: &mut Session<'_>, stem: &str) -> Result<Option<u64>, PlatformError> {
    let slugs = format!("{stem},{stem}-2,{stem}-3");
    let request = session.get("wp/v2/media", &[("slug", &slugs), ("_fields", Media::FIELDS)]);
    let found: Vec<Media> = session.call(Verb::UploadImage, request).await?;
    Ok(found.into_iter().find(|media| media.slug.starts_with(stem)).map(|media| media.id))
}

async fn upload(session: &mut Session<'_>, image: &ArticleImage, stem: &str) -> Result<u64, PlatformError> {
    let file_name = format!("{stem}.{}", extension(&image.content_type).unwrap_or("bin"));
    let request = session
        .post("wp/v2/media", &[])
        .header("content-disposition", format!("attachment; filename=\"{file_name}\""))
        .bytes(&image.content_type, image.bytes.clone());
    let response = session.exchange(Verb::UploadImage, request).await?;
    if response.is_success() {
        return Ok(session.read::<Media>(Verb::UploadImage, &response)?.id);
    }
    // A server error after the file was kept: only the smaller sizes are missing.
    let Some(id) = response.header(KEPT).and_then(|id| id.parse().ok()) else {
        return Err(session.refusal(Verb::UploadImage, &response));
    };
    let action = serde_json::json!({"action": "create-image-subsizes"});
    let request = session.post(&format!("wp/v2/media/{id}/post-process"), &[]).json(&action);
    if session.call::<serde_json::Value>(Verb::UploadImage, request).await.is_err() {
        session.notes.push("The site could not make the smaller sizes of the image.".to_owned());
    }
    Ok(id)
}

/// The end of the file's name; the site decides by it whether it takes the file. `None` for types that no site takes
/// without a plugin.
pub(super) fn extension(content_type: &str) -> Option<&'static str> {
    match content_type {
        "image/png" => Some("png"),
        "image/jpeg" => Some("jpg"),
        "image/gif" => Some("gif"),
        "image/webp" => Some("webp"),
        "image/avif" => Some("avif"),
        _ => None,
    }
}

/// A name that says which article and which bytes it is for, so that the same upload is recognised.
fn stem(article: &Article, image: &ArticleImage) -> String {
    let item = article.item.uuid().simple().to_string();
    let digest = Sha256::digest(&image.bytes);
    let bytes: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let words = ascii_words(file_title(&image.file_name));
    let space = if words.is_empty() { "" } else { "-" };
    // The end of a UUIDv7 is its random part.
    format!("{words}{space}{}{bytes}", &item[20..])
}

fn file_title(file_name: &str) -> &str {
    file_name.rsplit_once('.').map_or(file_name, |(title, _)| title)
}

/// Lower-case ASCII words joined by hyphens, as WordPress would make them itself.
fn ascii_words(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut words = String::new();
    for c in text.chars().take(LONGEST) {
        if c.is_ascii_alphanumeric() {
            words.push(c.to_ascii_lowercase());
        } else if !words.ends_with('-') && !words.is_empty() {
            words.push('-');
        }
    }
    words.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_becomes_words_that_every_site_takes() {
        for (name, words) in
            [("Roof Chart (2).png", "roof-chart-2"), ("Dächer.jpg", "d-cher"), ("日本.png", ""), ("..", "")]
        {
            assert_eq!(ascii_words(file_title(name)), words, "{name}");
        }
    }
}
