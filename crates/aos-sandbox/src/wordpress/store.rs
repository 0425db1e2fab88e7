//! Keeps the site between runs: one JSON file, and each uploaded file under `uploads/`.

use std::{fs, io, path::Path};

use super::state::State;

const FILE: &str = "sandbox-wordpress.json";

pub(super) fn load(folder: &Path) -> io::Result<Option<State>> {
    let text = match fs::read(folder.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut state: State = serde_json::from_slice(&text)?;
    for media in state.media.values_mut() {
        media.bytes = fs::read(folder.join("uploads").join(media.id.to_string()))?.into();
    }
    Ok(Some(state))
}

/// Writes beside the old file and renames, so that a killed process leaves a whole one.
pub(super) fn save(folder: &Path, state: &State) -> io::Result<()> {
    let uploads = folder.join("uploads");
    fs::create_dir_all(&uploads)?;
    for media in state.media.values() {
        // Files are named by id: what a client calls its upload never becomes a path here.
        let file = uploads.join(media.id.to_string());
        if !file.exists() {
            fs::write(file, &media.bytes)?;
        }
    }
    let fresh = folder.join(format!("{FILE}.new"));
    fs::write(&fresh, serde_json::to_vec(state)?)?;
    fs::rename(fresh, folder.join(FILE))
}
