//! Passwords: Argon2id, off the async threads, never inside a transaction (SQLite has one writer, and a hash takes tens
//! of milliseconds).

use std::sync::OnceLock;

use aos_kernel::{Error, Result, Secret};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};

/// OWASP's second recommendation: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The fewest characters of a password that a person chooses.
pub const SHORTEST: usize = 12;
/// Long enough for any phrase; a bound, because the whole text is hashed.
const LONGEST: usize = 256;

/// A password that was checked and hashed; the only form in which commands take one.
#[derive(Clone, Debug)]
pub struct HashedPassword {
    pub(super) phc: String,
    pub(super) one_time: bool,
}

impl HashedPassword {
    /// A password that a person chose.
    ///
    /// # Errors
    /// `Invalid` for the field `password` when it is too short or too long.
    pub async fn chosen(password: &Secret) -> Result<Self> {
        let length = password.expose().chars().count();
        if length < SHORTEST {
            return Err(Error::invalid("password", format!("A password needs at least {SHORTEST} characters."))
                .with_help("A few words in a row are easy to remember and hard to guess."));
        }
        if length > LONGEST {
            return Err(Error::invalid("password", format!("A password can have at most {LONGEST} characters.")));
        }
        Ok(Self { phc: hash(password).await?, one_time: false })
    }

    /// A one-time password for somebody else to hand over: shown now and never again, good for seven days, to be changed
    /// at the first sign-in.
    ///
    /// # Errors
    /// `Internal` when hashing fails.
    pub async fn one_time() -> Result<(Secret, Self)> {
        let password = super::tokens::readable();
        let phc = hash(&password).await?;
        Ok((password, Self { phc, one_time: true }))
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<String> {
    Ok(argon2()?.hash_password(password.as_bytes()).map_err(Error::internal)?.to_string())
}

async fn hash(password: &Secret) -> Result<String> {
    let password = password.clone();
    tokio::task::spawn_blocking(move || hash_now(password.expose())).await.map_err(Error::internal)?
}

/// Whether the password is the one that was hashed. Without a hash (no such account) it does the same work and answers no.
pub(super) async fn verify(password: &Secret, phc: Option<String>) -> Result<bool> {
    let password = password.clone();
    tokio::task::spawn_blocking(move || {
        let exists = phc.is_some();
        let phc = match phc {
            Some(phc) => phc,
            None => nobodys_hash()?,
        };
        let parsed = PasswordHash::new(&phc).map_err(Error::internal)?;
        // The parameters are read from the hash, so that hashes of older parameters still verify.
        let right = argon2()?.verify_password(password.expose().as_bytes(), &parsed).is_ok();
        Ok(right && exists)
    })
    .await
    .map_err(Error::internal)?
}

/// A hash that nobody knows a password for, made once with the same parameters as real ones.
fn nobodys_hash() -> Result<String> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash.clone());
    }
    let made = hash_now(super::tokens::random().expose())?;
    Ok(HASH.get_or_init(|| made).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let password = Secret::new("correct horse battery");
        let hashed = HashedPassword::chosen(&password).await.unwrap();
        assert!(hashed.phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashed.phc);
        assert!(verify(&password, Some(hashed.phc.clone())).await.unwrap());
        assert!(!verify(&Secret::new("correct horse batterx"), Some(hashed.phc)).await.unwrap());
        assert!(!verify(&password, None).await.unwrap());
    }

    #[tokio::test]
    async fn a_short_password_is_refused_and_a_one_time_password_is_long_enough() {
        assert_eq!(HashedPassword::chosen(&Secret::new("short")).await.unwrap_err().field(), Some("password"));
        let (password, hashed) = HashedPassword::one_time().await.unwrap();
        assert!(hashed.one_time && password.expose().len() >= SHORTEST);
    }
}
