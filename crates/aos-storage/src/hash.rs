//! The fingerprint of what was shown.

use aos_kernel::ContentHash;
use sha2::{Digest, Sha256};

/// SHA-256 over the parts, each with its length before it, so that moving text from one part to the next changes it.
pub fn content_hash(parts: &[&str]) -> ContentHash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    ContentHash::from_hex(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_between_two_parts_counts() {
        assert_ne!(content_hash(&["ab", "c"]), content_hash(&["a", "bc"]));
        assert_eq!(content_hash(&["ab", "c"]), content_hash(&["ab", "c"]));
        assert_eq!(content_hash(&[]).as_str().len(), 64);
    }
}
