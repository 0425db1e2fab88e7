//! Secrets at rest: written, revealed for one use, wrapped anew when the master key changes.

use std::sync::{Arc, RwLock};

use aos_kernel::{CredentialId, Error, Result, Secret, TenantId};

use crate::{Conn, Db, FromRow, Keyring, Row, Tx, keyring::Sealed, params};

/// The credentials table with the keys that open it. Cheap to clone.
#[derive(Clone)]
pub struct Credentials {
    keyring: Arc<RwLock<Arc<Keyring>>>,
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    pub rewrapped: u64,
}

struct Stored {
    id: CredentialId,
    place: String,
    sealed: Sealed,
}

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self> {
        let id = row.get("id")?;
        Ok(Self {
            id,
            place: place(row.get("tenant_id")?, &row.get::<String>("purpose")?, id),
            sealed: Sealed {
                key_id: row.get("key_id")?,
                wrapped_key: row.get("wrapped_key")?,
                sealed: row.get("sealed")?,
            },
        })
    }
}

/// What a secret is bound to.
fn place(tenant: Option<TenantId>, purpose: &str, id: CredentialId) -> String {
    format!("{}/{purpose}/{id}", tenant.map_or_else(|| "agency".to_owned(), |t| t.to_string()))
}

impl Credentials {
    pub fn new(keyring: Keyring) -> Self {
        Self { keyring: Arc::new(RwLock::new(Arc::new(keyring))) }
    }

    fn keyring(&self) -> Arc<Keyring> {
        self.keyring.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
    /// Uses other keys from now on, after a rotation.
    pub fn set_keyring(&self, keyring: Keyring) {
        *self.keyring.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(keyring);
    }

    /// Keeps a secret. `tenant` is `None` for the agency's own.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn put(
        &self,
        tx: &mut Tx,
        tenant: Option<TenantId>,
        purpose: &str,
        secret: &Secret,
    ) -> Result<CredentialId> {
        let id = CredentialId::new();
        let sealed = self.keyring().seal(&place(tenant, purpose, id), secret)?;
        let now = tx.now();
        tx.execute(
            "INSERT INTO credential (id, tenant_id, purpose, key_id, wrapped_key, sealed, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
            params![id, tenant, purpose, sealed.key_id, sealed.wrapped_key, sealed.sealed, now],
        )
        .await?;
        Ok(id)
    }

    /// The secret itself, for one use. A credential of another tenant is not found.
    ///
    /// # Errors
    /// `NotFound`; `Storage` when the master key does not open it.
    pub async fn reveal(&self, conn: &mut Conn, tenant: Option<TenantId>, id: CredentialId) -> Result<Secret> {
        let stored: Option<Stored> = conn
            .one(
                "SELECT id, tenant_id, purpose, key_id, wrapped_key, sealed FROM credential WHERE id = $1",
                params![id],
            )
            .await?;
        let stored = stored.ok_or_else(|| Error::not_found("credential"))?;
        let owner = tenant.map_or_else(|| "agency".to_owned(), |t| t.to_string());
        if !stored.place.starts_with(&format!("{owner}/")) {
            return Err(Error::not_found("credential"));
        }
        Ok(self.keyring().open(&stored.place, &stored.sealed)?)
    }

    /// Forgets a secret; harmless when it is gone.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn delete(&self, tx: &mut Tx, tenant: Option<TenantId>, id: CredentialId) -> Result<()> {
        tx.execute(
            "DELETE FROM credential WHERE id = $1 AND (tenant_id = $2 OR (tenant_id IS NULL AND $2 IS NULL))",
            params![id, tenant],
        )
        .await?;
        Ok(())
    }

    /// How many stored secrets the keys at hand do not open; for `agency-os doctor`.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn unreadable(&self, db: &Db) -> Result<usize> {
        let stored: Vec<Stored> = db
            .read()
            .await?
            .all("SELECT id, tenant_id, purpose, key_id, wrapped_key, sealed FROM credential ORDER BY id", params![])
            .await?;
        let keyring = self.keyring();
        Ok(stored.iter().filter(|stored| keyring.open(&stored.place, &stored.sealed).is_err()).count())
    }

    /// Wraps everything that is not under the current key anew, in small transactions, while the system runs.
    ///
    /// # Errors
    /// `Storage`; what was done stays, and calling it again goes on.
    pub async fn rewrap_all(&self, db: &Db) -> Result<Rotation> {
        let keyring = self.keyring();
        let mut rotation = Rotation::default();
        loop {
            let mut tx = db.begin(aos_kernel::Actor::system("credentials")).await?;
            let old: Vec<Stored> = tx
                .all(
                    "SELECT id, tenant_id, purpose, key_id, wrapped_key, sealed FROM credential
                     WHERE key_id <> $1 ORDER BY id LIMIT 100",
                    params![keyring.current_id()],
                )
                .await?;
            if old.is_empty() {
                return Ok(rotation);
            }
            for stored in old {
                let anew = keyring.rewrap(&stored.place, &stored.sealed)?;
                let now = tx.now();
                rotation.rewrapped += tx
                    .execute(
                        "UPDATE credential SET key_id = $2, wrapped_key = $3, updated_at = $4 WHERE id = $1",
                        params![stored.id, anew.key_id, anew.wrapped_key, now],
                    )
                    .await?;
            }
            tx.commit().await?;
        }
    }
}
