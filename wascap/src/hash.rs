//! Hashes of modules and libraries.

use crate::module::ModuleError;
use crate::module::Parts;
use core::fmt;
use core::str::FromStr;
use data_encoding::HEXUPPER;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A SHA-256 hash. Its text form has exactly 64 upper-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Returns the hash with these 32 bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_all(&[bytes])
    }

    /// Returns the hash of a module without its token section. The hash identifies the code:
    /// signing a module again does not change it.
    ///
    /// # Errors
    /// [`ModuleError`] if the bytes are not a module, or have two token sections.
    pub fn of_module(wasm: &[u8]) -> Result<Self, ModuleError> {
        Parts::of(wasm).map(|parts| Self::of_parts(&parts))
    }

    /// Returns the 32 bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn of_parts(parts: &Parts<'_>) -> Self {
        Self::of_all(&[parts.before, parts.after])
    }

    /// Returns the hash of the concatenated `pieces`.
    pub(crate) fn of_all(pieces: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for piece in pieces {
            hasher.update(piece);
        }
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&HEXUPPER.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let bytes = HEXUPPER.decode(text.as_bytes()).map_err(|_| HashError)?;
        bytes.try_into().map(Self).map_err(|_| HashError)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is not a [`Hash`](struct@Hash).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not a SHA-256 hash: expected 64 upper-case hexadecimal digits")]
pub struct HashError;
