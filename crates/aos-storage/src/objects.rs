//! Bytes too large for a row: pages' screenshots, images, documents. A local folder or an S3-compatible store.

use std::{fmt, path::Path, sync::Arc};

use aos_kernel::{Error, ErrorKind, Result, TenantId};
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::{
    ObjectStore, ObjectStoreExt, aws::AmazonS3Builder, local::LocalFileSystem, path::Path as StorePath,
};

/// Where an object is: always below its tenant, or below `agency`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// `tenants/<tenant>/<kind>/<name>`; `name` may be anything, as it is encoded.
    pub fn of_tenant(tenant: TenantId, kind: &str, name: &str) -> Self {
        Self(StorePath::from_iter(["tenants", &tenant.to_string(), kind, name]).to_string())
    }
    /// `agency/<kind>/<name>`: what belongs to no tenant.
    pub fn of_agency(kind: &str, name: &str) -> Self {
        Self(StorePath::from_iter(["agency", kind, name]).to_string())
    }
    /// A key read back from a row.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The object store. Cheap to clone.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    place: String,
}

fn failed(operation: &'static str) -> impl FnOnce(object_store::Error) -> Error {
    move |error| match error {
        object_store::Error::NotFound { .. } => Error::not_found("file"),
        other => Error::new(ErrorKind::Storage, "objects", "The file store did not answer; nothing was lost.")
            .with_help("Try again in a moment. If it stays, check the disk or the S3 settings.")
            .with_context(format!("{operation}: {other}")),
    }
}

impl Objects {
    /// Files below a folder, which is made when it is not there.
    ///
    /// # Errors
    /// `Storage` when the folder can't be made.
    pub fn local(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|e| Error::storage(format!("{}: {e}", folder.display())))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(failed("open"))?.with_fsync(true);
        Ok(Self { store: Arc::new(store), place: folder.display().to_string() })
    }

    /// A bucket of an S3-compatible store, `s3://bucket/prefix`; keys and endpoint from the usual `AWS_*` variables.
    ///
    /// # Errors
    /// `Invalid` for a URL that does not name a bucket.
    pub fn s3(url: &str) -> Result<Self> {
        let store = AmazonS3Builder::from_env()
            .with_url(url)
            .build()
            .map_err(|e| Error::invalid("objects", "This is not a usable S3 address.").with_context(e))?;
        Ok(Self { store: Arc::new(store), place: url.to_owned() })
    }

    /// Where the objects are, for System health.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Keeps bytes; a second time under the same key replaces them.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn put(&self, key: &ObjectKey, bytes: Bytes) -> Result<()> {
        self.store.put(&StorePath::from(key.as_str()), bytes.into()).await.map_err(failed("put"))?;
        Ok(())
    }

    /// # Errors
    /// `NotFound`, `Storage`.
    pub async fn get(&self, key: &ObjectKey) -> Result<Bytes> {
        let found = self.store.get(&StorePath::from(key.as_str())).await.map_err(failed("get"))?;
        found.bytes().await.map_err(failed("read"))
    }

    /// Harmless when it is gone.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn delete(&self, key: &ObjectKey) -> Result<()> {
        match self.store.delete(&StorePath::from(key.as_str())).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("delete")(error)),
        }
    }

    /// Every key with its size in bytes, for backup and off-boarding.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn list(&self, prefix: Option<&str>) -> Result<Vec<(ObjectKey, u64)>> {
        let prefix = prefix.map(StorePath::from);
        let found: Vec<_> = self.store.list(prefix.as_ref()).try_collect().await.map_err(failed("list"))?;
        Ok(found.into_iter().map(|meta| (ObjectKey(meta.location.to_string()), meta.size)).collect())
    }
}
