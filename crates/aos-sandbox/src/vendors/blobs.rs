//! Uploaded bytes, beside a vendor's state and not in it: a video must not be written again with every change.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;

/// Files of one vendor by name. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Blobs {
    folder: Option<PathBuf>,
    kept: Arc<Mutex<HashMap<String, Bytes>>>,
}

impl Blobs {
    pub(crate) fn open(folder: Option<&PathBuf>, vendor: &str) -> Self {
        Self { folder: folder.map(|folder| folder.join(format!("sandbox-{vendor}"))), kept: Arc::default() }
    }

    /// Names are the vendor's own ids; what could leave the folder is refused.
    pub(crate) fn put(&self, name: &str, bytes: Bytes) {
        if let Some(folder) = &self.folder
            && let Err(error) = write(folder, name, &bytes)
        {
            tracing::warn!(%error, "a file of a sandbox vendor could not be kept; it goes on in memory");
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), bytes);
    }

    pub(crate) fn get(&self, name: &str) -> Option<Bytes> {
        if let Some(bytes) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Some(bytes.clone());
        }
        fs::read(file(self.folder.as_ref()?, name).ok()?).ok().map(Bytes::from)
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(file(folder, name)?, bytes)
}

fn file(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if plain { Ok(folder.join(name)) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, "no name of a file")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_outlives_its_process_and_a_name_stays_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        Blobs::open(Some(&root), "x").put("1-a", Bytes::from_static(b"hi"));
        assert_eq!(Blobs::open(Some(&root), "x").get("1-a").as_deref(), Some(&b"hi"[..]));
        fs::write(root.join("secret"), "s").unwrap();
        assert_eq!(Blobs::open(Some(&root), "x").get("../secret"), None);
    }
}
