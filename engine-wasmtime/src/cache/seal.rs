//! Code with a message authentication code.

use super::key::CacheKey;
use super::name::Name;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

type Authentication = Hmac<Sha256>;

/// Bytes of the message authentication code, with which a file begins.
const CODE: usize = 32;

/// A file that was written under a key for a name: HMAC-SHA-256 of the name and the code, and then the code.
pub(crate) struct Sealed(Vec<u8>);

impl Sealed {
    pub(crate) fn new(key: &CacheKey, name: &Name, code: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(CODE + code.len());
        let authentication = authentication(key, name, code).finalize();
        bytes.extend_from_slice(&authentication.into_bytes());
        bytes.extend_from_slice(code);
        Self(bytes)
    }

    /// Returns `bytes` if they were sealed under `key` for `name`.
    pub(crate) fn check(key: &CacheKey, name: &Name, bytes: Vec<u8>) -> Option<Self> {
        let (said, code) = bytes.split_at_checked(CODE)?;
        let right = authentication(key, name, code).verify_slice(said);
        right.ok().map(|()| Self(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn code(&self) -> &[u8] {
        self.0.get(CODE..).unwrap_or_default()
    }
}

fn authentication(key: &CacheKey, name: &Name, code: &[u8]) -> Authentication {
    let mut authentication = Authentication::new(key.as_bytes().into());
    authentication.update(name.as_bytes());
    authentication.update(code);
    authentication
}
