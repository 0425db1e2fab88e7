//! A vendor's state: behind a lock, and in one JSON file between runs.

use std::{
    fs, io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Serialize, de::DeserializeOwned};

/// State that survives a restart when there is a folder for it. Cloning shares it.
pub(crate) struct Kept<T> {
    state: Arc<Mutex<T>>,
    file: Option<PathBuf>,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), file: self.file.clone() }
    }
}

impl<T: Serialize + DeserializeOwned> Kept<T> {
    /// What the folder holds under this name, or a fresh one.
    pub(crate) fn open(folder: Option<&PathBuf>, name: &str, fresh: impl FnOnce() -> T) -> io::Result<Self> {
        let file = folder.map(|folder| folder.join(format!("sandbox-{name}.json")));
        let kept = match &file {
            Some(file) => match fs::read(file) {
                Ok(text) => Some(serde_json::from_slice(&text)?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        Ok(Self { state: Arc::new(Mutex::new(kept.unwrap_or_else(fresh))), file })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and keeps it. A failure to keep it is told, and the sandbox goes on in memory.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state);
        if let Some(file) = &self.file
            && let Err(error) = save(file, &*state)
        {
            tracing::warn!(%error, "a sandbox vendor could not be kept; it goes on in memory");
        }
        result
    }
}

/// Writes beside the old file and renames, so that a killed process leaves a whole one.
fn save(file: &PathBuf, state: &impl Serialize) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = file.with_extension("json.new");
    fs::write(&fresh, serde_json::to_vec(state)?)?;
    fs::rename(fresh, file)
}
