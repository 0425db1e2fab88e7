//! Secrets that we make ourselves: 256 random bits, kept as SHA-256. A slow hash would add nothing to that many bits, and
//! every request looks one up.

use std::fmt::Write as _;

use aos_kernel::Secret;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Letters and digits that can't be taken for one another when somebody reads them out.
const READABLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// 43 characters of the URL-safe alphabet.
pub(crate) fn random() -> Secret {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// Four groups of five readable characters: about 99 bits.
pub(super) fn readable() -> Secret {
    let mut bytes = [0_u8; 20];
    rand::fill(&mut bytes);
    let groups: Vec<String> = bytes
        .chunks(5)
        .map(|group| group.iter().map(|byte| char::from(READABLE[usize::from(byte % 32)])).collect())
        .collect();
    Secret::new(groups.join("-"))
}

/// Four groups of four readable characters, 80 bits: what somebody keeps on paper and types once.
pub(super) fn recovery() -> Secret {
    let mut bytes = [0_u8; 16];
    rand::fill(&mut bytes);
    let groups: Vec<String> = bytes
        .chunks(4)
        .map(|group| group.iter().map(|byte| char::from(READABLE[usize::from(byte % 32)])).collect())
        .collect();
    Secret::new(groups.join("-"))
}

/// Lower-case hexadecimal SHA-256.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tokens_differ_and_are_kept_as_digests() {
        let (a, b) = (random(), random());
        assert_ne!(a, b);
        assert_eq!(a.expose().len(), 43);
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_readable_secret_comes_in_groups() {
        let secret = readable();
        assert_eq!(secret.expose().split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5]);
    }
}
