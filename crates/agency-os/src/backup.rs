//! `backup` and `restore`: database, files and nothing else. The master key is kept apart, on purpose.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use aos_storage::{DbKind, ObjectKey};
use serde::{Deserialize, Serialize};

use crate::{assemble, assemble::plain, config::Config};

#[derive(Serialize, Deserialize)]
struct Manifest {
    version: String,
    database: String,
    tables: Vec<(String, u64)>,
    objects: Vec<(String, u64)>,
}

const MANIFEST: &str = "manifest.json";

/// Copies everything into `folder` without stopping anybody.
pub async fn backup(config: Config, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("the folder {}", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{} is not empty: a backup goes into a folder of its own", folder.display());
    }
    let db = assemble::database(&config).await?;
    // Files first named by rows that are copied later would be missing; named by rows that were copied, they stay.
    let summary = db.backup(folder).await.map_err(plain)?;
    let objects = assemble::objects(&config)?;
    let mut kept = Vec::new();
    for (key, size) in objects.list(None).await.map_err(plain)? {
        let bytes = match objects.get(&key).await {
            Ok(bytes) => bytes,
            // Removed while we copied: no row that was copied needs it any more.
            Err(error) if error.kind() == aos_kernel::ErrorKind::NotFound => continue,
            Err(error) => return Err(plain(error)),
        };
        let file = folder.join("objects").join(key.as_str());
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&file, bytes)?;
        kept.push((key.as_str().to_owned(), size));
    }
    let manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: if db.kind() == DbKind::Sqlite { "sqlite" } else { "postgres" }.to_owned(),
        tables: summary.tables,
        objects: kept,
    };
    // Last, so that a backup without it is known to be unfinished.
    fs::write(folder.join(MANIFEST), serde_json::to_vec_pretty(&manifest)?)?;
    let rows: u64 = manifest.tables.iter().map(|(_, n)| n).sum();
    println!("{rows} rows and {} files are in {}.", manifest.objects.len(), folder.display());
    println!("Keep the master key apart from it: without the key, stored credentials can't be opened.");
    Ok(())
}

/// Fills an installation that is empty.
pub async fn restore(config: Config, folder: &Path) -> Result<()> {
    let text =
        fs::read(folder.join(MANIFEST)).with_context(|| format!("{} holds no finished backup", folder.display()))?;
    let manifest: Manifest = serde_json::from_slice(&text).context("the backup's manifest")?;
    let url = config.database_url();
    let wanted = if url.starts_with("sqlite:") { "sqlite" } else { "postgres" };
    if manifest.database != wanted {
        bail!("this backup is of {}; it can be restored into {} only", manifest.database, manifest.database);
    }
    fs::create_dir_all(&config.data.folder)?;
    if let Some(path) = url.strip_prefix("sqlite:") {
        if Path::new(path).exists() {
            bail!("{path} exists already: restore into an empty data folder");
        }
        fs::copy(folder.join("database.sqlite"), path).context("the database of the backup")?;
    } else {
        let empty = assemble::unmigrated(&config).await?;
        let tables = empty.tables().await.map_err(plain)?;
        empty.close().await;
        if !tables.is_empty() {
            bail!("the database has tables already: restore into an empty one");
        }
        let db = assemble::database(&config).await?;
        db.restore(folder).await.map_err(plain)?;
        db.close().await;
    }
    let objects = assemble::objects(&config)?;
    for (key, size) in &manifest.objects {
        let bytes =
            fs::read(folder.join("objects").join(key)).with_context(|| format!("the file {key} of the backup"))?;
        if bytes.len() as u64 != *size {
            bail!("the file {key} of the backup is damaged");
        }
        objects.put(&ObjectKey::from_text(key.clone()), bytes.into()).await.map_err(plain)?;
    }
    println!("Restored. Put the master key of the old installation in place, then run `agency-os doctor`.");
    Ok(())
}
