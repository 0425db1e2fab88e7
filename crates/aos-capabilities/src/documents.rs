//! Reading the text of documents that people bring.

use bytes::Bytes;

/// The text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentText {
    pub title: String,
    pub text: String,
}

/// Why a document could not be read, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnreadableDocument {
    pub message: String,
}

/// Reads documents. What it takes is decided by the bytes, not by the name.
#[async_trait::async_trait]
pub trait DocumentReader: Send + Sync {
    /// # Errors
    /// [`UnreadableDocument`]: an unknown kind, a damaged file, or one without text (a scan).
    async fn read(&self, file_name: &str, bytes: Bytes) -> Result<DocumentText, UnreadableDocument>;
}
