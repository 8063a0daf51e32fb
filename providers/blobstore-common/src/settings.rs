//! The keys of bindings that the providers have in common.

use crate::failure::Failure;
use capwire_contracts::blobstore::ErrorClass;
use capwire_limits::Unit;
use capwire_provider::{Config, ProviderError};
use std::ops::RangeInclusive;
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
        "The maximum size of the chunks of downloads, at most `16MiB`.",
    );
}

const MOST_TRANSFERS: usize = 1_000;
const LARGEST_CHUNK: u64 = 16 << 20;
const DAY: Duration = Duration::from_secs(86_400);

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
    /// The maximum size of a chunk of a download in bytes.
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
        let transfers = 1..=MOST_TRANSFERS;
        let chunk = size(config, keys::MAX_CHUNK.name, 1 << 20, 1..=LARGEST_CHUNK)?;
        Ok(Self {
            is_read_only: access(config)?,
            max_blob: size(config, keys::MAX_BLOB.name, 1 << 30, 1..=largest)?,
            max_uploads: number(config, keys::MAX_UPLOADS.name, 8, transfers.clone())?,
            upload_idle: time(config, keys::UPLOAD_IDLE.name, Duration::from_secs(60))?,
            max_downloads: number(config, keys::MAX_DOWNLOADS.name, 8, transfers)?,
            max_chunk: usize::try_from(chunk).unwrap_or(usize::MAX),
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

/// Returns a size in bytes. The value may also be written without its unit.
///
/// # Errors
/// Returns an error if the value is no size, or is not in `range`.
///
/// ```
/// # use capwire_blobstore_common::size;
/// let config = capwire_provider::Config::from_iter([("MAX_BYTES", "4KiB")]);
/// assert_eq!(size(&config, "MAX_BYTES", 1, 1..=u64::MAX)?, 4_096);
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn size(
    config: &Config,
    key: &'static str,
    default: u64,
    range: RangeInclusive<u64>,
) -> Result<u64, ProviderError> {
    let Some(text) = config.get(key) else {
        return Ok(default);
    };
    match text.parse().ok().or_else(|| Unit::Bytes.parse(text)) {
        None => {
            let reason = "must be a size such as `64KiB` or `4MiB`, or a number of bytes";
            Err(ProviderError::config(key, reason))
        }
        Some(bytes) if !range.contains(&bytes) => {
            let (least, most) = (range.start(), range.end());
            let reason = format!("must be from {least} to {most} bytes");
            Err(ProviderError::config(key, reason))
        }
        Some(bytes) => Ok(bytes),
    }
}

/// Returns a time, which is at most a day.
///
/// # Errors
/// Returns an error if the value is no such time.
///
/// ```
/// # use capwire_blobstore_common::time;
/// # use std::time::Duration;
/// let config = capwire_provider::Config::from_iter([("TIMEOUT", "500ms")]);
/// let second = Duration::from_secs(1);
/// assert_eq!(time(&config, "TIMEOUT", second)?, Duration::from_millis(500));
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn time(
    config: &Config,
    key: &'static str,
    default: Duration,
) -> Result<Duration, ProviderError> {
    let Some(text) = config.get(key) else {
        return Ok(default);
    };
    match Unit::Time.parse(text).map(Duration::from_micros) {
        None => {
            let reason = "must be a time with its unit, such as `500ms` or `30s`";
            Err(ProviderError::config(key, reason))
        }
        Some(time) if time.is_zero() || time > DAY => {
            let reason = "must be longer than no time, and at most `1d`";
            Err(ProviderError::config(key, reason))
        }
        Some(time) => Ok(time),
    }
}

/// Returns a number in `range`.
///
/// # Errors
/// Returns an error if the value is no such number.
///
/// ```
/// # use capwire_blobstore_common::number;
/// let config = capwire_provider::Config::from_iter([("MAX_UPLOADS", "3")]);
/// assert_eq!(number(&config, "MAX_UPLOADS", 8, 1..=10)?, 3);
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn number(
    config: &Config,
    key: &'static str,
    default: usize,
    range: RangeInclusive<usize>,
) -> Result<usize, ProviderError> {
    match config.get(key).map_or(Ok(default), str::parse) {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => {
            let (least, most) = (range.start(), range.end());
            let reason = format!("must be a number from {least} to {most}");
            Err(ProviderError::config(key, reason))
        }
    }
}
