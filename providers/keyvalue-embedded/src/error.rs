//! The errors of opening a store, and of its operations.

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
        "`{}` is not a readable key-value store: {source}; restore it from a backup, or move it away",
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
        crate::tables::FORMAT
    )]
    Format {
        /// The file.
        file: PathBuf,
        /// The file's format number.
        found: u64,
    },
    /// The operating system gives no thread for the writer.
    #[error("cannot start the writer thread of the key-value store: {0}")]
    Writer(io::Error),
}

/// A refused operation. The caller is to blame, and nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("WRONGTYPE key `{key}` holds a {holds}, the operation needs a {needs}")]
    WrongType {
        key: String,
        holds: &'static str,
        needs: &'static str,
    },
    #[error("the value of key `{key}` is not a 32-bit integer")]
    NotANumber { key: String },
    #[error("cannot add {by} to key `{key}`: the sum exceeds a 32-bit integer")]
    Overflow { key: String, by: i32 },
    #[error("cannot add an item to key `{key}`: the list is full")]
    Full { key: String },
    #[error(
        "the key space has {used} bytes, and {quota} are the most: delete something, or raise `MAX_BYTES` of the binding"
    )]
    QuotaExceeded { used: u64, quota: u64 },
    #[error("`expires` is {0}, expected a number of seconds, or 0 for never")]
    NegativeExpiry(i32),
    #[error("the request has no keys, expected at least one")]
    NoKeys,
    #[error("the message is larger than the limit of {0} bytes")]
    MessageTooLong(usize),
    #[error("the answer would be larger than the limit of {0} bytes: request less at a time")]
    AnswerTooLong(usize),
}

/// A failed operation.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The call was given up, or has used up its budget. Nothing was changed.
    #[error(transparent)]
    Ended(#[from] WorkEnded),
    /// Too many bytes wait for the disk. Nothing was changed.
    #[error(
        "{waiting} bytes of writes {by} wait for the disk already, and {limit} are the most: try again later"
    )]
    QueueFull {
        waiting: usize,
        by: &'static str,
        limit: usize,
    },
    /// The storage failed. Shared, because it fails a whole batch of writes at once.
    #[error("the key-value store failed: {0}")]
    Storage(Arc<redb::Error>),
    /// The storage failed before and does not open again.
    #[error("the key-value store failed: {0}")]
    Reopen(Arc<OpenError>),
    /// The store panicked, as it does if its file changed under it.
    #[error("the key-value store failed and is checked before the next write")]
    Panicked,
    /// The writer is gone, or the storage is being opened again.
    #[error("the key-value store is not available")]
    Stopped,
}

impl Failure {
    pub(crate) fn storage(error: impl Into<redb::Error>) -> Self {
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
            Failure::Refused(refusal) => Self::Refused(refusal.to_string()),
            Failure::Ended(ended) => Self::Ended(ended),
            full @ Failure::QueueFull { .. } => Self::Busy(full.to_string()),
            outage => Self::unavailable(
                "the key-value store failed, so a write may or may not have taken effect",
                outage,
            ),
        }
    }
}
