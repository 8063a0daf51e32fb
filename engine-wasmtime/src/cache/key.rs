//! The key of a user, under which the cache's files are authenticated.

use super::error::CacheError;
use super::folder::{self, unique};
use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The block of SHA-256, so that the key is used as it is.
const BYTES: usize = 64;

/// The secret of a [`CodeCache`](crate::CodeCache). Whoever knows it can make code that the cache loads.
#[derive(Clone)]
pub struct CacheKey([u8; BYTES]);

impl CacheKey {
    /// Returns the key in `file`. If there is none, a random one is written, which only the user can read. Keep the
    /// file outside of the cache's folder, so that nobody can exchange both.
    ///
    /// # Errors
    /// If the file cannot be read or written, belongs to another user, can be read by others, or is not 64 bytes long.
    pub fn read_or_create(file: &Path) -> Result<Self, CacheError> {
        match Self::read(file) {
            Err(CacheError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                create(file)?;
                // Another process may have been the first.
                Self::read(file)
            }
            read => read,
        }
    }

    fn read(file: &Path) -> Result<Self, CacheError> {
        let opened = folder::open(file).map_err(|error| CacheError::io("read", file, error))?;
        folder::check_private(file, &opened)?;
        let bytes = folder::contents(opened, BYTES as u64 + 1);
        let bytes = bytes.map_err(|error| CacheError::io("read", file, error))?;
        let key = bytes.try_into().map_err(|_| CacheError::Unsafe {
            path: file.to_owned(),
            problem: "is no key of 64 bytes: remove it, and a new one is made",
        })?;
        Ok(Self(key))
    }

    pub(super) fn as_bytes(&self) -> &[u8; BYTES] {
        &self.0
    }
}

/// Writes a new key, unless there is one.
fn create(file: &Path) -> Result<(), CacheError> {
    let mut key = [0; BYTES];
    getrandom::fill(&mut key).map_err(|error| CacheError::Entropy {
        source: error.into(),
    })?;
    let parent = file.parent().unwrap_or(Path::new(""));
    folder::create_private(parent).map_err(|error| CacheError::io("create", parent, error))?;
    // A link is made whole, or not at all.
    let part = parent.join(unique());
    let written = folder::create(&part)
        .and_then(|mut part| part.write_all(&key))
        .and_then(|()| match fs::hard_link(&part, file) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        });
    fs::remove_file(&part).ok();
    written.map_err(|error| CacheError::io("write", file, error))
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheKey(secret)")
    }
}
