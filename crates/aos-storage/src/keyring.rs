//! The master keys and the envelopes under them.
//!
//! Each secret has a key of its own, which is wrapped by the current master key; rotating the master key wraps those
//! again and leaves the secrets as they are. A secret is bound to its place (purpose, tenant, id), so that a row copied
//! to another place does not open.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use aos_kernel::Secret;
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Generate, Payload},
};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The keys could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error("the master key file can't be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("the master key must be 64 hexadecimal digits (32 bytes), one key per line, the current one first")]
    Format,
    #[error("this secret was sealed under the master key {0}, which is not in the key file")]
    UnknownKey(String),
    #[error("this secret does not open: it was changed or belongs to another place")]
    Forged,
}

impl From<KeyringError> for aos_kernel::Error {
    fn from(error: KeyringError) -> Self {
        Self::new(aos_kernel::ErrorKind::Storage, "credentials", "A stored credential can't be opened.")
            .with_retry(aos_kernel::Retry::Never)
            .with_help("Check the master key of this installation, or enter the credential again.")
            .with_context(error)
    }
}

/// The master keys: the current one and older ones that still open what was sealed under them.
pub struct Keyring {
    keys: Vec<MasterKey>,
}

struct MasterKey {
    id: String,
    wrapping: Zeroizing<[u8; 32]>,
    raw: Zeroizing<[u8; 32]>,
}

/// A sealed secret.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub key_id: String,
    pub wrapped_key: Vec<u8>,
    pub sealed: Vec<u8>,
}

impl MasterKey {
    fn new(raw: [u8; 32]) -> Self {
        let mut wrapping = Zeroizing::new([0; 32]);
        // 32 bytes is always a valid length for HKDF-SHA-256.
        let expanded = Hkdf::<Sha256>::new(None, &raw).expand(b"agency-os credential wrapping", wrapping.as_mut());
        debug_assert!(expanded.is_ok());
        let digest = Sha256::digest(wrapping.as_ref());
        let id = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { id, wrapping, raw: Zeroizing::new(raw) }
    }
}

impl Keyring {
    /// Keys given as text, one per line, the current one first.
    ///
    /// # Errors
    /// [`KeyringError::Format`].
    pub fn parse(text: &Secret) -> Result<Self, KeyringError> {
        let keys = text
            .expose()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| decode(line).map(MasterKey::new).ok_or(KeyringError::Format))
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(KeyringError::Format) } else { Ok(Self { keys }) }
    }

    /// The keys of the file; a new file (mode 0600) when there is none.
    ///
    /// # Errors
    /// [`KeyringError::Io`], [`KeyringError::Format`].
    pub fn load_or_create(path: &Path) -> Result<Self, KeyringError> {
        match Self::load(path) {
            Err(KeyringError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                let keyring = Self { keys: vec![MasterKey::new(random())] };
                keyring.save(path)?;
                Ok(keyring)
            }
            loaded => loaded,
        }
    }

    /// The keys of a file that is there.
    ///
    /// # Errors
    /// [`KeyringError::Io`], [`KeyringError::Format`].
    pub fn load(path: &Path) -> Result<Self, KeyringError> {
        Self::parse(&Secret::new(fs::read_to_string(path)?))
    }

    /// Puts a new current key before the others and keeps it in the file. The old ones go when all is wrapped anew.
    ///
    /// # Errors
    /// [`KeyringError::Io`]; the keys in memory and file are as before then.
    pub fn rotated(&self, path: &Path) -> Result<Self, KeyringError> {
        let mut keys = vec![MasterKey::new(random())];
        keys.extend(self.keys.iter().map(|key| MasterKey::new(*key.raw)));
        let rotated = Self { keys };
        rotated.save(path)?;
        Ok(rotated)
    }

    /// Forgets the older keys, once nothing is sealed under them.
    ///
    /// # Errors
    /// [`KeyringError::Io`].
    pub fn retired(&self, path: &Path) -> Result<Self, KeyringError> {
        let retired = Self { keys: self.keys.iter().take(1).map(|key| MasterKey::new(*key.raw)).collect() };
        retired.save(path)?;
        Ok(retired)
    }

    /// Written beside and moved into place, so that a crash leaves the old file or the new one, never half of one.
    fn save(&self, path: &Path) -> Result<(), KeyringError> {
        let text: String = self.keys.iter().map(|key| encode(key.raw.as_ref()) + "\n").collect();
        let beside = path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        Ok(())
    }

    /// Short name of the current key, safe to show.
    pub fn current_id(&self) -> &str {
        self.keys.first().map_or("", |key| &key.id)
    }

    /// The short names of all keys, the current one first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    pub(crate) fn seal(&self, place: &str, secret: &Secret) -> Result<Sealed, KeyringError> {
        let master = self.keys.first().ok_or(KeyringError::Format)?;
        let own = Key::generate();
        Ok(Sealed {
            key_id: master.id.clone(),
            wrapped_key: encrypt(&master.wrapping, place, own.as_slice())?,
            sealed: encrypt(own.as_ref(), place, secret.expose().as_bytes())?,
        })
    }

    pub(crate) fn open(&self, place: &str, sealed: &Sealed) -> Result<Secret, KeyringError> {
        let own = self.unwrap_key(place, sealed)?;
        let plain = decrypt(&own, place, &sealed.sealed)?;
        String::from_utf8(plain.to_vec()).map(Secret::new).map_err(|_| KeyringError::Forged)
    }

    /// The same secret under the current master key.
    pub(crate) fn rewrap(&self, place: &str, sealed: &Sealed) -> Result<Sealed, KeyringError> {
        let own = self.unwrap_key(place, sealed)?;
        let master = self.keys.first().ok_or(KeyringError::Format)?;
        Ok(Sealed {
            key_id: master.id.clone(),
            wrapped_key: encrypt(&master.wrapping, place, &own)?,
            sealed: sealed.sealed.clone(),
        })
    }

    fn unwrap_key(&self, place: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        let master = self
            .keys
            .iter()
            .find(|key| key.id == sealed.key_id)
            .ok_or_else(|| KeyringError::UnknownKey(sealed.key_id.clone()))?;
        decrypt(master.wrapping.as_ref(), place, &sealed.wrapped_key)
    }
}

const NONCE: usize = 24;

fn encrypt(key: &[u8; 32], place: &str, plain: &[u8]) -> Result<Vec<u8>, KeyringError> {
    let nonce = XNonce::generate();
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let text =
        cipher.encrypt(&nonce, Payload { msg: plain, aad: place.as_bytes() }).map_err(|_| KeyringError::Forged)?;
    Ok([nonce.as_slice(), &text].concat())
}

fn decrypt(key: &[u8], place: &str, boxed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
    let (nonce, text) = boxed.split_at_checked(NONCE).ok_or(KeyringError::Forged)?;
    let nonce = XNonce::try_from(nonce).map_err(|_| KeyringError::Forged)?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| KeyringError::Forged)?;
    cipher
        .decrypt(&nonce, Payload { msg: text, aad: place.as_bytes() })
        .map(Zeroizing::new)
        .map_err(|_| KeyringError::Forged)
}

pub(crate) fn random() -> [u8; 32] {
    Key::generate().into()
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn decode(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(byte: &str) -> Keyring {
        Keyring::parse(&Secret::new(byte.repeat(32))).unwrap()
    }

    #[test]
    fn a_secret_opens_in_its_place_only() {
        let ring = ring("07");
        let sealed = ring.seal("wordpress/a", &Secret::new("abcd efgh")).unwrap();
        assert_eq!(ring.open("wordpress/a", &sealed).unwrap().expose(), "abcd efgh");
        assert!(matches!(ring.open("wordpress/b", &sealed), Err(KeyringError::Forged)));
        let mut changed = sealed.clone();
        changed.sealed[30] ^= 1;
        assert!(matches!(ring.open("wordpress/a", &changed), Err(KeyringError::Forged)));
        assert!(matches!(self::ring("08").open("wordpress/a", &sealed), Err(KeyringError::UnknownKey(_))));
    }

    #[test]
    fn rotation_keeps_old_secrets_readable_until_they_are_wrapped_anew() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("master.key");
        let first = Keyring::load_or_create(&file).unwrap();
        let sealed = first.seal("x", &Secret::new("s")).unwrap();
        let second = first.rotated(&file).unwrap();
        assert_ne!(first.current_id(), second.current_id());
        assert_eq!(second.open("x", &sealed).unwrap().expose(), "s");
        let anew = second.rewrap("x", &sealed).unwrap();
        let third = second.retired(&file).unwrap();
        assert_eq!(third.open("x", &anew).unwrap().expose(), "s");
        assert!(third.open("x", &sealed).is_err());
        assert_eq!(Keyring::load_or_create(&file).unwrap().current_id(), third.current_id());
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("master.key");
        Keyring::load_or_create(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_is_not_one_is_refused() {
        for text in ["", "xyz", &"g".repeat(64), &"é".repeat(32)] {
            assert!(Keyring::parse(&Secret::new(text)).is_err(), "{text}");
        }
    }
}
