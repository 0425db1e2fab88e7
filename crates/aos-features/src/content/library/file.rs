//! What the library takes, told by the first bytes, and how it is named. Pure.

use aos_capabilities::post::MediaKind;
use aos_kernel::{Actor, ContentItemId, Error, MediaId, Result, Timestamp};
use aos_storage::{ObjectKey, from_row};
use serde::{Deserialize, Serialize};

use crate::content::model::ItemState;

/// Bytes of one file, by kind.
pub const LARGEST_IMAGE: usize = 20 << 20;
pub const LARGEST_DOCUMENT: usize = 25 << 20;
pub const LARGEST_VIDEO: usize = 64 << 20;

const LONGEST_ALT: usize = 1_000;
const LONGEST_NAME: usize = 120;

aos_kernel::text_enum! {
    /// Where a file came from.
    pub enum MediaOrigin { Crawl = "crawl", Upload = "upload" }
}

/// A file of the library.
#[derive(Clone, Debug)]
pub struct MediaFile {
    pub id: MediaId,
    pub origin: MediaOrigin,
    /// Where the crawl found it.
    pub source_url: Option<String>,
    pub object_key: ObjectKey,
    pub file_name: String,
    pub content_type: String,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub bytes: i64,
    pub hash: String,
    /// What it shows; empty: nobody said.
    pub alt: String,
    pub added_by: Actor,
    pub created_at: Timestamp,
    pub removed_at: Option<Timestamp>,
}
from_row!(MediaFile {
    id, parse origin, source_url, object_key, file_name, content_type, width, height, bytes, hash, alt, added_by,
    created_at, removed_at
});

impl MediaFile {
    pub fn kind(&self) -> MediaKind {
        kind_of(&self.content_type)
    }
}

/// A content item, with what its text holds of media.
pub struct Used {
    pub item: ContentItemId,
    pub title: String,
    pub state: ItemState,
    pub image: Option<String>,
    pub parts: Option<String>,
}
from_row!(Used { item, title, parse state, image, parts });

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parts {
    media: Vec<Chosen>,
}

#[derive(Deserialize)]
struct Chosen {
    media: String,
}

impl Used {
    /// The names of media in its text. Texts of other kinds hold none.
    pub fn names(&self) -> Vec<String> {
        let parts = self.parts.as_deref().and_then(|parts| serde_json::from_str::<Parts>(parts).ok());
        let chosen = parts.unwrap_or_default().media.into_iter().map(|chosen| chosen.media);
        self.image.iter().cloned().chain(chosen).collect()
    }
}

/// Where a file is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MediaUse {
    pub item: ContentItemId,
    pub title: String,
    pub state: ItemState,
}

pub fn kind_of(content_type: &str) -> MediaKind {
    match content_type {
        "application/pdf" => MediaKind::Document,
        "video/mp4" => MediaKind::Video,
        _ => MediaKind::Image,
    }
}

/// The content type that the first bytes tell; none for what is not taken.
pub fn type_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => is_mp4(brand).then_some("video/mp4"),
        _ => None,
    }
}

/// The same container holds pictures (HEIC, AVIF) and QuickTime films, which nobody shows.
fn is_mp4(brand: &[u8]) -> bool {
    let Some(brand) = brand.get(..4) else { return false };
    brand.starts_with(b"iso") || brand.starts_with(b"mp4") || matches!(brand, b"avc1" | b"M4V " | b"dash")
}

/// The type of what somebody brings, if it is one of ours and not too large.
///
/// # Errors
/// `Invalid` for the field `file`.
pub fn accepted(bytes: &[u8]) -> Result<&'static str> {
    if bytes.is_empty() {
        return Err(Error::invalid("file", "Choose a file."));
    }
    let Some(content_type) = type_of(bytes) else {
        return Err(Error::invalid(
            "file",
            "This is not a file that the library takes. Bring a JPEG, PNG, WebP, GIF, PDF or MP4.",
        ));
    };
    let (most, what) = match kind_of(content_type) {
        MediaKind::Image => (LARGEST_IMAGE, "A picture"),
        MediaKind::Document => (LARGEST_DOCUMENT, "A document"),
        MediaKind::Video => (LARGEST_VIDEO, "A film"),
    };
    if bytes.len() > most {
        return Err(Error::invalid("file", format!("{what} has at most {} MB.", most >> 20)));
    }
    Ok(content_type)
}

/// The last part of a path, without what could mean something to whoever reads it.
pub fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '<' | '>')).collect();
    let clean: String = clean.trim().chars().take(LONGEST_NAME).collect();
    if clean.is_empty() { "file".to_owned() } else { clean }
}

/// What it shows, as somebody says it.
///
/// # Errors
/// `Invalid` for the field `alt`.
pub fn alt_of(text: &str, kind: MediaKind) -> Result<String> {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let alt = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if alt.is_empty() && kind == MediaKind::Image {
        return Err(Error::invalid("alt", "Say what the picture shows, for those who can't see it."));
    }
    if alt.chars().count() > LONGEST_ALT {
        return Err(Error::invalid("alt", format!("At most {LONGEST_ALT} characters.")));
    }
    Ok(alt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say_and_scripts_and_programs_are_not_taken() {
        assert_eq!(accepted(b"\x89PNG\r\n\x1a\n....").unwrap(), "image/png");
        assert_eq!(accepted(b"%PDF-1.7 ...").unwrap(), "application/pdf");
        assert_eq!(accepted(b"\0\0\0\x20ftypisom....").unwrap(), "video/mp4");
        let refused: [&[u8]; 7] = [
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            b"MZ\x90\0 a program",
            b"\x7fELF",
            b"#!/bin/sh",
            b"<!doctype html>",
            b"\0\0\0\x20ftypheic....",
            b"",
        ];
        for bytes in refused {
            assert_eq!(accepted(bytes).unwrap_err().field(), Some("file"), "{bytes:?}");
        }
        let mut large = b"\xff\xd8\xff".to_vec();
        large.resize(LARGEST_IMAGE + 1, 0);
        assert!(accepted(&large).unwrap_err().message().contains("20 MB"));
    }

    #[test]
    fn the_media_of_a_text_are_found_in_it() {
        let used = |image: Option<&str>, parts: Option<&str>| Used {
            item: ContentItemId::new(),
            title: "A post".to_owned(),
            state: ItemState::Review,
            image: image.map(str::to_owned),
            parts: parts.map(str::to_owned),
        };
        let parts =
            r#"{"kind": "post", "text": "x", "media": [{"media": "a", "alt": ""}, {"media": "b", "alt": "B"}]}"#;
        assert_eq!(used(None, Some(parts)).names(), ["a", "b"]);
        assert_eq!(used(Some("https://x.example/a.jpg"), None).names(), ["https://x.example/a.jpg"]);
        assert!(used(None, Some("{\"media\": 3}")).names().is_empty());
    }

    #[test]
    fn a_name_is_only_a_name() {
        assert_eq!(shown_name("C:\\fakepath\\roof \"new\".jpg\n"), "roof new.jpg");
        assert_eq!(shown_name("../../etc/passwd"), "passwd");
        assert_eq!(shown_name("  "), "file");
        assert!(alt_of(" ", MediaKind::Image).is_err() && alt_of(" ", MediaKind::Video).is_ok());
    }
}
