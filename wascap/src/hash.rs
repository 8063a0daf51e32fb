//! What a token says of a module's bytes.

use crate::module::ModuleError;
use crate::module::Parts;
use core::fmt;
use core::str::FromStr;
use data_encoding::HEXUPPER;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// SHA-256, in text exactly 64 upper-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_all(&[bytes])
    }

    /// The hash of a module's bytes without its token section, if it has one. This is what names
    /// the code: signing a module again leaves it as it is.
    ///
    /// # Errors
    /// [`ModuleError`] if the bytes are no module, or have two token sections.
    pub fn of_module(wasm: &[u8]) -> Result<Self, ModuleError> {
        Parts::of(wasm).map(|parts| Self::of_parts(&parts))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn of_parts(parts: &Parts<'_>) -> Self {
        Self::of_all(&[parts.before, parts.after])
    }

    /// The hash of `pieces` one after another.
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

/// The text is not that of a [`Hash`](struct@Hash).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 hash is written as 64 upper-case hexadecimal digits")]
pub struct HashError;
