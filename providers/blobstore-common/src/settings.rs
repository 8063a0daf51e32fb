//! The keys of bindings that the providers have in common.

use crate::failure::Failure;
use capwire_contracts::blobstore::ErrorClass;
use capwire_provider::{Config, ProviderError};
use std::time::Duration;

/// The keys and their descriptions.
pub mod keys {
    use capwire_provider::Key;

    /// The access of the binding.
    pub const ACCESS: Key = Key::new(
        "ACCESS",
        "`read-write`",
        "`read-only` refuses each operation that changes the store.",
    );
    /// The size of a blob.
    pub const MAX_BLOB: Key = Key::new(
        "MAX_BLOB",
        "`1GiB`",
        "The maximum size of a blob. A larger upload is refused when it starts.",
    );
    /// The number of uploads.
    pub const MAX_UPLOADS: Key = Key::new(
        "MAX_UPLOADS",
        "`8`",
        "The maximum number of uploads at the same time, at most 1,000.",
    );
    /// The time between two chunks.
    pub const UPLOAD_IDLE: Key = Key::new(
        "UPLOAD_IDLE",
        "`60s`",
        "The time between two chunks after which an upload ends, and leaves nothing behind.",
    );
    /// The number of downloads.
    pub const MAX_DOWNLOADS: Key = Key::new(
        "MAX_DOWNLOADS",
        "`8`",
        "The maximum number of downloads at the same time, at most 1,000.",
    );
    /// The size of a chunk.
    pub const MAX_CHUNK: Key = Key::new(
        "MAX_CHUNK",
        "`1MiB`",
        "The maximum size of the chunks of downloads, and of what `ReadRange` returns, at most `16MiB`.",
    );
}

const MOST_TRANSFERS: usize = 1_000;
const LARGEST_CHUNK: u64 = 16 << 20;

/// The limits of a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `true` if the binding only reads.
    pub is_read_only: bool,
    /// The maximum size of a blob in bytes.
    pub max_blob: u64,
    /// The maximum number of uploads at the same time.
    pub max_uploads: usize,
    /// The time after which an upload ends that gets no chunk.
    pub upload_idle: Duration,
    /// The maximum number of downloads at the same time.
    pub max_downloads: usize,
    /// The maximum size of a chunk of a download, and of a part that is read at once, in bytes.
    pub max_chunk: usize,
}

impl Limits {
    /// Reads the limits of a binding, whose blobs may have at most `largest` bytes.
    ///
    /// # Errors
    /// Returns an error if a value is wrong.
    ///
    /// ```
    /// # use capwire_blobstore_common::Limits;
    /// let config = capwire_provider::Config::from_iter([("MAX_BLOB", "4KiB")]);
    /// assert_eq!(Limits::read(&config, u64::MAX)?.max_blob, 4_096);
    /// # Ok::<(), capwire_provider::ProviderError>(())
    /// ```
    pub fn read(config: &Config, largest: u64) -> Result<Self, ProviderError> {
        let transfers = || 1..=MOST_TRANSFERS;
        let max_blob = config.size(keys::MAX_BLOB.name, 1..=largest)?;
        let max_uploads = config.number(keys::MAX_UPLOADS.name, transfers())?;
        let upload_idle = config.time(keys::UPLOAD_IDLE.name)?;
        let max_downloads = config.number(keys::MAX_DOWNLOADS.name, transfers())?;
        let max_chunk = config.size(keys::MAX_CHUNK.name, 1..=LARGEST_CHUNK)?;
        Ok(Self {
            is_read_only: access(config)?,
            max_blob: max_blob.unwrap_or(1 << 30),
            max_uploads: max_uploads.unwrap_or(8),
            upload_idle: upload_idle.unwrap_or(Duration::from_secs(60)),
            max_downloads: max_downloads.unwrap_or(8),
            max_chunk: usize::try_from(max_chunk.unwrap_or(1 << 20)).unwrap_or(usize::MAX),
        })
    }

    /// Returns an error if a blob of so many bytes is too large.
    pub(crate) fn check_blob(&self, bytes: u64) -> Result<(), Failure> {
        let most = self.max_blob;
        match bytes > most {
            false => Ok(()),
            true => Err(Failure::new(
                ErrorClass::Size,
                format!("the blob has {bytes} bytes, and `MAX_BLOB` of the binding allows {most}"),
            )),
        }
    }

    /// Returns an error if the binding only reads.
    pub(crate) fn check_write(&self) -> Result<(), Failure> {
        match self.is_read_only {
            false => Ok(()),
            true => Err(Failure::new(
                ErrorClass::ReadOnly,
                "the binding has `ACCESS: read-only`",
            )),
        }
    }
}

fn access(config: &Config) -> Result<bool, ProviderError> {
    let key = keys::ACCESS.name;
    match config.get(key) {
        None | Some("read-write") => Ok(false),
        Some("read-only") => Ok(true),
        Some(_) => {
            let reason = "must be `read-write` or `read-only`";
            Err(ProviderError::config(key, reason))
        }
    }
}
