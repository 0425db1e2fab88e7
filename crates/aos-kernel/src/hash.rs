//! The fingerprint that an approval binds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Lower-case hexadecimal SHA-256 of exactly the bytes that were shown. `aos-storage` computes it; here it is only compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// Wraps a digest that was computed or read back.
    pub fn from_hex(hex: impl Into<String>) -> Self {
        Self(hex.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The first characters, enough to tell two versions apart on a page.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
