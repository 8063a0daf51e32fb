//! The user's cache of compiled code.

use crate::error::Error;
use crate::keyring;
use capwire::engine::wasmtime::{CacheError, CacheKey, CodeCache};
use std::env::var_os;
use std::path::{Path, PathBuf};

/// The environment variable with the folder of the cache, or `off`.
const FOLDER: &str = "CAPWIRE_CACHE";

/// The environment variable with the file of the cache's key, if it is not among the user's keys.
const KEY: &str = "CAPWIRE_CACHE_KEY";

/// Returns the cache, or `None` if the user wants none or has no place for it.
pub(crate) fn open() -> Result<Option<CodeCache>, Error> {
    match set(FOLDER) {
        Some(off) if off.as_os_str() == "off" => Ok(None),
        Some(folder) => match opened(&folder, key()?) {
            Ok(cache) => Ok(Some(cache)),
            Err(error) => Err(Error::unreadable("cannot use the cache of compiled code")
                .because(error)
                .help(format!("set {FOLDER} to another directory, or to `off`"))),
        },
        None => Ok(usual()),
    }
}

/// Returns the cache for a command that needs it.
pub(crate) fn needed() -> Result<CodeCache, Error> {
    open()?.ok_or_else(|| {
        Error::failure("there is no cache of compiled code")
            .help(format!("set {FOLDER} to a directory"))
    })
}

/// Returns the cache in the user's home directory. Without it, everything works, more slowly.
fn usual() -> Option<CodeCache> {
    let folder = folder()?;
    match opened(&folder, key().ok()?) {
        Ok(cache) => Some(cache),
        Err(error) => {
            let reason: &dyn std::error::Error = &error;
            tracing::info!(reason, "compiled code is not kept");
            None
        }
    }
}

fn opened(folder: &Path, key: PathBuf) -> Result<CodeCache, CacheError> {
    CodeCache::open(folder, CacheKey::read_or_create(&key)?)
}

fn folder() -> Option<PathBuf> {
    let caches = match cfg!(windows) {
        true => set("LOCALAPPDATA"),
        false => set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache"))),
    };
    Some(caches?.join("capwire").join("code"))
}

fn key() -> Result<PathBuf, Error> {
    match set(KEY) {
        Some(file) => Ok(file),
        None => Ok(keyring::folder()?.join("cache.key")),
    }
}

fn set(name: &str) -> Option<PathBuf> {
    var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
