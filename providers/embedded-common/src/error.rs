//! The errors of opening a store, and of its writes and reads.

use capwire_provider::{ProviderError, WorkEnded};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// An error of opening a data directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has the store open.
    #[error(
        "data directory `{}` is in use by another process: stop it or choose another directory",
        directory.display()
    )]
    InUse {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory or its file cannot be created, read or written.
    #[error(
        "cannot open the data directory `{}`: {source}; make it readable and writable for this user or \
         choose another directory",
        directory.display()
    )]
    Unreadable {
        /// The directory.
        directory: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file is not a store, or it is damaged.
    #[error(
        "`{}` is not a readable store: {source}; restore it from a backup, or move it away",
        file.display()
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The fault of the file.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file was written by another version of this crate.
    #[error(
        "`{}` has format {found}, this version reads format {}: use the version that wrote it",
        file.display(),
        reads
    )]
    Format {
        /// The file.
        file: PathBuf,
        /// The file's format number.
        found: u64,
        /// The number that this version reads.
        reads: u64,
    },
    /// The operating system gives no thread for the writer.
    #[error("cannot start the writer thread of the store: {0}")]
    Writer(io::Error),
}

/// A failed operation.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The caller is to blame, and nothing was changed. The text says why.
    #[error("{0}")]
    Refused(String),
    /// The call was given up, or has used up its budget. Nothing was changed.
    #[error(transparent)]
    Ended(#[from] WorkEnded),
    /// Too many bytes wait for the disk. Nothing was changed.
    #[error(
        "{waiting} bytes of writes {by} wait for the disk already, and {limit} are the most: try again later"
    )]
    QueueFull {
        /// The bytes that wait.
        waiting: usize,
        /// The actors whose writes they are, for example `of this actor`.
        by: &'static str,
        /// The most bytes that may wait.
        limit: usize,
    },
    /// The storage failed. Shared, because it fails a whole batch of writes at once.
    #[error("the store failed: {0}")]
    Storage(Arc<redb::Error>),
    /// The storage failed before and does not open again.
    #[error("the store failed: {0}")]
    Reopen(Arc<OpenError>),
    /// The store panicked, as it does if its file changed under it.
    #[error("the store failed and is checked before the next write")]
    Panicked,
    /// The writer is gone, or the storage is being opened again.
    #[error("the store is not available")]
    Stopped,
}

impl Failure {
    /// Returns a failure of the storage.
    pub fn storage(error: impl Into<redb::Error>) -> Self {
        Self::Storage(Arc::new(error.into()))
    }
}

impl From<redb::StorageError> for Failure {
    fn from(error: redb::StorageError) -> Self {
        Self::storage(error)
    }
}

impl From<redb::TableError> for Failure {
    fn from(error: redb::TableError) -> Self {
        Self::storage(error)
    }
}

impl From<redb::TransactionError> for Failure {
    fn from(error: redb::TransactionError) -> Self {
        Self::storage(error)
    }
}

impl From<redb::CommitError> for Failure {
    fn from(error: redb::CommitError) -> Self {
        Self::storage(error)
    }
}

/// Converts the failure. Actors learn only that the store failed; operators see the cause in the
/// source.
impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(reason) => Self::Refused(reason),
            Failure::Ended(ended) => Self::Ended(ended),
            full @ Failure::QueueFull { .. } => Self::Busy(full.to_string()),
            outage => Self::unavailable(
                "the store failed, so a write may or may not have taken effect",
                outage,
            ),
        }
    }
}
