//! Pictures that simulated platforms were given: kept by their content, beside the state and never inside it, and
//! served again so that the feed shows what readers would see.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;

/// Files by name. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Pictures {
    folder: Option<PathBuf>,
    memory: Arc<Mutex<BTreeMap<String, Bytes>>>,
}

/// The ending and media type of a file by its first bytes.
pub(crate) fn sniff(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(("png", "image/png")),
        [0xFF, 0xD8, 0xFF, ..] => Some(("jpg", "image/jpeg")),
        [b'G', b'I', b'F', b'8', ..] => Some(("gif", "image/gif")),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(("webp", "image/webp")),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(("mp4", "video/mp4")),
        _ => None,
    }
}

impl Pictures {
    /// Kept below this folder; none: in memory only.
    pub(crate) fn open(folder: Option<&Path>) -> Self {
        Self { folder: folder.map(|folder| folder.join("sandbox-pictures")), memory: Arc::default() }
    }

    /// Keeps a file and says its name; the same bytes have the same name.
    pub(crate) fn put(&self, bytes: &Bytes) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        let stem: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("{stem}.{}", sniff(bytes).map_or("bin", |(ending, _)| ending));
        match &self.folder {
            Some(folder) => {
                let kept = fs::create_dir_all(folder).and_then(|()| fs::write(folder.join(&name), bytes));
                if let Err(error) = kept {
                    tracing::warn!(%error, "a picture of the sandbox could not be kept");
                }
            }
            None => {
                self.memory.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), bytes.clone());
            }
        }
        name
    }

    fn get(&self, name: &str) -> Option<Bytes> {
        // Names are ours alone: anything else could climb out of the folder.
        if name.contains("..") || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.') {
            return None;
        }
        match &self.folder {
            Some(folder) => fs::read(folder.join(name)).ok().map(Bytes::from),
            None => self.memory.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned(),
        }
    }

    /// The answer to whoever opens a file.
    pub(crate) fn serve(&self, name: &str) -> Response {
        match self.get(name) {
            Some(bytes) => {
                let media_type = sniff(&bytes).map_or("application/octet-stream", |(_, media_type)| media_type);
                ([(header::CONTENT_TYPE, media_type)], bytes).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_again_by_its_name_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret"), "x").unwrap();
        for pictures in [Pictures::open(None), Pictures::open(Some(folder.path()))] {
            let name = pictures.put(&Bytes::from_static(b"\xFF\xD8\xFF\xE0 and more"));
            assert!(name.ends_with(".jpg"));
            assert_eq!(pictures.serve(&name).status(), 200);
            assert_eq!(pictures.serve(&name).headers()["content-type"], "image/jpeg");
            for other in ["../secret", "..", "none.jpg", ""] {
                assert_eq!(pictures.serve(other).status(), 404, "{other}");
            }
        }
    }
}
