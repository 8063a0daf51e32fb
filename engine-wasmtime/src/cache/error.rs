//! Errors of the cache.

use capwire_wapc::Source;
use std::io;
use std::path::PathBuf;

/// The error of a [`CodeCache`](crate::CodeCache) or its key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// A file or folder cannot be read, written or removed.
    #[error("cannot {action} `{path}`", path = .path.display())]
    Io {
        /// The action, as a verb: `read`, `write`, `create` or `remove`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Others could change the folder or read the key.
    #[error("`{path}` {problem}", path = .path.display())]
    Unsafe {
        /// The file or folder.
        path: PathBuf,
        /// The problem, and what to do.
        problem: &'static str,
    },
    /// The file was not written under this key, for this name, or it has changed since.
    #[error("`{file}` is damaged, or was written under another key", file = .file.display())]
    NotOurs {
        /// The file.
        file: PathBuf,
    },
    /// wasmtime cannot write a module's code as bytes.
    #[error("the compiled code cannot be written as bytes")]
    Code {
        /// wasmtime's reason.
        source: Source,
    },
    /// The system provides no randomness for a new key.
    #[error("the system provides no randomness for a new key")]
    Entropy {
        /// The system's reason.
        source: Source,
    },
}

impl CacheError {
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        Self::Io {
            action,
            path,
            source,
        }
    }
}
