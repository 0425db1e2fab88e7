//! Secrets at rest: written, revealed for one use, wrapped anew when the master key changes.
//!
//! The master key changes while processes serve. A process that meets a secret under a key that it does not know reads
//! the key file again, and one that seals a secret does it under the file's current key, in turn with a rotation.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use aos_kernel::{CredentialId, Error, Result, Secret, TenantId};

use crate::{
    Conn, Db, FromRow, Keyring, Row, Tx,
    keyring::{self, KeyringError, Sealed},
    params,
};

/// Whoever seals under the current master key and whoever changes it wait for each other.
const TURN: &str = "credentials.master-key";

/// The credentials table with the keys that open it. Cheap to clone.
#[derive(Clone)]
pub struct Credentials {
    keyring: Arc<RwLock<Arc<Keyring>>>,
    /// Where the keys are read again; none when they were given, as by the environment.
    file: Option<Arc<PathBuf>>,
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    pub rewrapped: u64,
}

/// How a secret stands to the master keys at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Wrapped under the key that seals now.
    Current,
    /// Wrapped under an older key that still opens it: a rotation did not come to its end.
    Older,
    /// Wrapped under a key that is not here: it can't be opened.
    Missing,
}

/// The names of the master keys at hand, safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MasterKeys {
    pub current: String,
    /// Keys from before, which open what is not wrapped anew yet.
    pub older: Vec<String>,
    /// They are in a file, so that a command can change them; otherwise they were given by the environment.
    pub in_file: bool,
}

impl MasterKeys {
    pub fn state_of(&self, key: &str) -> KeyState {
        if self.current == key {
            KeyState::Current
        } else if self.older.iter().any(|older| older == key) {
            KeyState::Older
        } else {
            KeyState::Missing
        }
    }
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

fn given() -> Error {
    Error::invalid("master key", "The master key comes from the environment, so it is changed there.")
}

/// What a secret is bound to.
fn place(tenant: Option<TenantId>, purpose: &str, id: CredentialId) -> String {
    format!("{}/{purpose}/{id}", tenant.map_or_else(|| "agency".to_owned(), |t| t.to_string()))
}

impl Credentials {
    /// Keys that stay as they are while this process runs.
    pub fn new(keyring: Keyring) -> Self {
        Self { keyring: Arc::new(RwLock::new(Arc::new(keyring))), file: None }
    }

    /// The keys of a file, which is made when it is not there, and read again when another process changed the key.
    ///
    /// # Errors
    /// [`KeyringError::Io`], [`KeyringError::Format`].
    pub fn in_file(path: &Path) -> Result<Self, KeyringError> {
        let keyring = Keyring::load_or_create(path)?;
        Ok(Self { keyring: Arc::new(RwLock::new(Arc::new(keyring))), file: Some(Arc::new(path.to_owned())) })
    }

    fn keyring(&self) -> Arc<Keyring> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn use_keyring(&self, keyring: Keyring) -> Arc<Keyring> {
        let keyring = Arc::new(keyring);
        *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = keyring.clone();
        keyring
    }

    /// The keys as the file has them now. A file that is gone or broken leaves those that this process knows.
    fn fresh_keyring(&self) -> Arc<Keyring> {
        let Some(file) = &self.file else { return self.keyring() };
        match Keyring::load(file) {
            Ok(keyring) => self.use_keyring(keyring),
            Err(error) => {
                tracing::warn!(%error, "the master key file can't be read again; going on with the keys at hand");
                self.keyring()
            }
        }
    }

    fn open(&self, stored: &Stored) -> Result<Secret, KeyringError> {
        match self.keyring().open(&stored.place, &stored.sealed) {
            Err(KeyringError::UnknownKey(_)) => self.fresh_keyring().open(&stored.place, &stored.sealed),
            opened => opened,
        }
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
        tx.lock(TURN).await?;
        let id = CredentialId::new();
        let sealed = self.fresh_keyring().seal(&place(tenant, purpose, id), secret)?;
        let (now, actor) = (tx.now(), tx.actor().clone());
        tx.execute(
            "INSERT INTO credential (id, tenant_id, purpose, key_id, wrapped_key, sealed, made_by, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
            params![id, tenant, purpose, sealed.key_id, sealed.wrapped_key, sealed.sealed, &actor, now],
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
        Ok(self.open(&stored)?)
    }

    /// A random key of the agency for one purpose, the same in each process and after a change of the master key; made
    /// when it is first asked for.
    ///
    /// # Errors
    /// `Storage`. A key that does not open any more is replaced, since it protects nothing that lasts.
    pub async fn agency_key(&self, db: &Db, purpose: &str) -> Result<[u8; 32]> {
        let mut tx = db.begin(aos_kernel::Actor::system("credentials")).await?;
        tx.lock(purpose).await?;
        let stored: Option<Stored> = tx
            .one(
                "SELECT id, tenant_id, purpose, key_id, wrapped_key, sealed FROM credential
                 WHERE tenant_id IS NULL AND purpose = $1",
                params![purpose],
            )
            .await?;
        if let Some(stored) = stored {
            match self.open(&stored).ok().and_then(|secret| keyring::decode(secret.expose())) {
                Some(key) => return Ok(key),
                None => {
                    tracing::warn!(purpose, "the agency's key does not open with this master key; making another");
                    self.delete(&mut tx, None, stored.id).await?;
                }
            }
        }
        let key = keyring::random();
        self.put(&mut tx, None, purpose, &Secret::new(keyring::encode(&key))).await?;
        tx.commit().await?;
        Ok(key)
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
        Ok(stored.iter().filter(|stored| self.open(stored).is_err()).count())
    }

    /// The master keys as they are now, by name.
    pub fn master_keys(&self) -> MasterKeys {
        let keyring = self.fresh_keyring();
        let mut names = keyring.ids().map(str::to_owned);
        MasterKeys { current: names.next().unwrap_or_default(), older: names.collect(), in_file: self.file.is_some() }
    }

    /// Puts a new master key in place and wraps everything under it, while the system runs. The keys before it stay in
    /// the file, for backups and for processes that read the file later.
    ///
    /// # Errors
    /// `Invalid` when the keys are not in a file; `Storage`.
    pub async fn rotate(&self, db: &Db) -> Result<Rotation> {
        let file = self.file.clone().ok_or_else(given)?;
        let mut tx = db.begin(aos_kernel::Actor::system("credentials")).await?;
        tx.lock(TURN).await?;
        self.use_keyring(Keyring::load(&file)?.rotated(&file)?);
        // Whoever sealed under the old key has committed, whoever waited reads the new one.
        tx.commit().await?;
        self.rewrap_all(db).await
    }

    /// Forgets the older master keys, once nothing is sealed under them.
    ///
    /// # Errors
    /// As [`Credentials::rotate`].
    pub async fn retire(&self, db: &Db) -> Result<Rotation> {
        let file = self.file.clone().ok_or_else(given)?;
        self.fresh_keyring();
        let done = self.rewrap_all(db).await?;
        self.use_keyring(Keyring::load(&file)?.retired(&file)?);
        Ok(done)
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

#[cfg(test)]
mod tests {
    use aos_kernel::Actor;

    use super::*;
    use crate::testing::{TestDb, kinds};

    async fn keep(credentials: &Credentials, db: &Db, secret: &str) -> CredentialId {
        let mut tx = db.begin(Actor::system("test")).await.unwrap();
        let id = credentials.put(&mut tx, None, "test", &Secret::new(secret)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    #[tokio::test]
    async fn a_process_that_serves_goes_on_while_another_changes_the_master_key() {
        for kind in kinds() {
            let here = TestDb::new(kind, &crate::migrations()).await;
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("master.key");
            let serving = Credentials::in_file(&file).unwrap();
            let before = keep(&serving, &here.db, "before").await;
            let forms = serving.agency_key(&here.db, "forms").await.unwrap();

            let operator = Credentials::in_file(&file).unwrap();
            assert_eq!(operator.rotate(&here.db).await.unwrap().rewrapped, 2);
            // Sealed by a process that last read the file before the rotation, and the old key goes at once.
            let after = keep(&serving, &here.db, "after").await;
            operator.retire(&here.db).await.unwrap();

            for reader in [&serving, &operator, &Credentials::in_file(&file).unwrap()] {
                for (id, secret) in [(before, "before"), (after, "after")] {
                    let mut conn = here.db.read().await.unwrap();
                    assert_eq!(reader.reveal(&mut conn, None, id).await.unwrap().expose(), secret);
                }
                assert_eq!(reader.agency_key(&here.db, "forms").await.unwrap(), forms);
            }
            assert_eq!(serving.unreadable(&here.db).await.unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn without_its_master_key_an_installation_starts_and_says_what_does_not_open() {
        for kind in kinds() {
            let here = TestDb::new(kind, &crate::migrations()).await;
            let folder = tempfile::tempdir().unwrap();
            let lost = Credentials::in_file(&folder.path().join("lost.key")).unwrap();
            let id = keep(&lost, &here.db, "s").await;
            let forms = lost.agency_key(&here.db, "forms").await.unwrap();

            let other = Credentials::in_file(&folder.path().join("other.key")).unwrap();
            let anew = other.agency_key(&here.db, "forms").await.unwrap();
            assert_ne!(anew, forms);
            assert_eq!(other.agency_key(&here.db, "forms").await.unwrap(), anew);
            assert_eq!(other.unreadable(&here.db).await.unwrap(), 1);
            let mut conn = here.db.read().await.unwrap();
            assert!(other.reveal(&mut conn, None, id).await.is_err());
        }
    }
}
