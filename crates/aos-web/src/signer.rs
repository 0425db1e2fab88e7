//! Signatures for what we hand to a browser and want back unchanged: form tokens and one-time messages.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Signs with HMAC-SHA-256. A purpose goes into each signature, so that one kind of token can't pass for another.
#[derive(Clone)]
pub struct Signer {
    key: [u8; 32],
}

impl Signer {
    /// `key` is derived from the master key for this use alone; every process of one installation has the same.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }
    /// The signature as URL-safe text.
    pub fn sign(&self, purpose: &str, data: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose, data).finalize().into_bytes())
    }
    /// Compares in constant time.
    pub fn verify(&self, purpose: &str, data: &[u8], signature: &str) -> bool {
        URL_SAFE_NO_PAD.decode(signature).is_ok_and(|bytes| self.mac(purpose, data).verify_slice(&bytes).is_ok())
    }
    /// `data` with its signature in front, for a cookie.
    pub fn seal(&self, purpose: &str, data: &[u8]) -> String {
        format!("{}.{}", self.sign(purpose, data), URL_SAFE_NO_PAD.encode(data))
    }
    /// What [`Signer::seal`] took, or nothing when it was touched.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let (signature, data) = sealed.split_once('.')?;
        let data = URL_SAFE_NO_PAD.decode(data).ok()?;
        self.verify(purpose, &data, signature).then_some(data)
    }
    fn mac(&self, purpose: &str, data: &[u8]) -> Hmac<Sha256> {
        let mut block = [0u8; 64];
        block[..32].copy_from_slice(&self.key);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(data);
        mac
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer([secret])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_purpose_and_data_only() {
        let signer = Signer::new([7; 32]);
        let signature = signer.sign("csrf", b"session");
        assert!(signer.verify("csrf", b"session", &signature));
        assert!(!signer.verify("flash", b"session", &signature));
        assert!(!signer.verify("csrf", b"other", &signature));
        assert!(!signer.verify("csrf", b"session", "not base64 !"));
        assert_eq!(signer.open("flash", &signer.seal("flash", b"saved")).as_deref(), Some(&b"saved"[..]));
        assert_eq!(signer.open("flash", "x.y"), None);
        assert!(!Signer::new([8; 32]).verify("csrf", b"session", &signature));
    }
}
