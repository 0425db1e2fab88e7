//! Documents that people bring, read as the crawler reads those of a site.

use aos_capabilities::documents::{DocumentReader, DocumentText, UnreadableDocument};
use bytes::Bytes;
use url::Url;

use crate::{
    address::Site,
    document::{self, DocumentKind},
    html,
};

/// Reads PDF, Word, HTML and plain text files.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileReader;

#[async_trait::async_trait]
impl DocumentReader for FileReader {
    async fn read(&self, file_name: &str, bytes: Bytes) -> Result<DocumentText, UnreadableDocument> {
        let unreadable =
            |why: &str| UnreadableDocument { message: format!("“{file_name}” could not be read: {why}.") };
        // A file has no address; the name alone tells Word files from other archives.
        let mut address = Url::parse("file:///").map_err(|_| unreadable("it has no name"))?;
        address.set_path(file_name);
        if is_html(&bytes) {
            let site = Site::of(&address);
            let read = move || html::parse_html(&bytes, None, &address, &site);
            let page = tokio::task::spawn_blocking(read).await.map_err(|_| unreadable("it is damaged"))?;
            return Ok(DocumentText { title: page.title, text: page.reading.markdown });
        }
        let text_like = !bytes.contains(&0);
        let kind = DocumentKind::of(&address, if text_like { "text/plain" } else { "" }, &bytes);
        let kind = kind.ok_or_else(|| unreadable("only PDF, Word (.docx), HTML and plain text files can be read"))?;
        match document::read(kind, bytes).await {
            Ok(read) => Ok(DocumentText { title: read.title, text: read.text }),
            Err(error) => Err(unreadable(&error.to_string())),
        }
    }
}

fn is_html(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(256)]).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_told_apart_by_their_bytes() {
        let text = FileReader.read("voice.md", Bytes::from_static(b"# Voice\n\nCalm.")).await.unwrap();
        assert_eq!(text.text, "# Voice\n\nCalm.");
        let page =
            FileReader.read("about", Bytes::from_static(b"<!DOCTYPE html><title>Us</title><p>Hello")).await.unwrap();
        assert_eq!((page.title.as_str(), page.text.as_str()), ("Us", "Hello"));
        let error = FileReader.read("x.bin", Bytes::from_static(b"\0\x01\x02")).await.unwrap_err();
        assert!(error.message.contains("x.bin") && error.message.contains("PDF"), "{error}");
    }
}
