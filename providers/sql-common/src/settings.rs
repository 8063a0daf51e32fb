//! The keys of bindings that the providers have in common. Each function takes the configuration and the name of the
//! key, which its error has.

use crate::migrations::{self, Migration};
use capwire_limits::Unit;
use capwire_provider::{Config, ProviderError};
use std::path::Path;
use std::time::Duration;

/// The longest time of a key.
const LONGEST: Duration = Duration::from_secs(86_400);

const MOST_ROWS: usize = 1_000_000;

/// Returns true if the binding is `read-only`. The default is `read-write`.
///
/// # Errors
/// Returns an error if the value is neither of them.
///
/// ```
/// # use capwire_sql_common::settings::access;
/// let config = capwire_provider::Config::from_iter([("ACCESS", "read-only")]);
/// assert!(access(&config, "ACCESS")?);
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn access(config: &Config, key: &'static str) -> Result<bool, ProviderError> {
    match config.get(key) {
        None | Some("read-write") => Ok(false),
        Some("read-only") => Ok(true),
        Some(_) => {
            let reason = "must be `read-write` or `read-only`";
            Err(ProviderError::config(key, reason))
        }
    }
}

/// Reads the migrations in the folder that the key names; none without the key.
///
/// # Errors
/// Returns an error if the folder has no valid migrations, or if the binding is read-only.
///
/// ```
/// # use capwire_sql_common::settings::migrations;
/// assert!(migrations(&capwire_provider::Config::default(), "MIGRATIONS", true)?.is_empty());
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn migrations(
    config: &Config,
    key: &'static str,
    is_read_only: bool,
) -> Result<Vec<Migration>, ProviderError> {
    match config.get(key) {
        None => Ok(Vec::new()),
        Some(_) if is_read_only => {
            let reason = "needs `ACCESS: read-write`, because migrations write";
            Err(ProviderError::config(key, reason))
        }
        Some(folder) => {
            migrations::read(Path::new(folder)).map_err(|reason| ProviderError::config(key, reason))
        }
    }
}

/// Returns a time, such as `500ms`, from above zero to one day.
///
/// # Errors
/// Returns an error if the value is no such time.
///
/// ```
/// # use capwire_sql_common::settings::duration;
/// # use std::time::Duration;
/// let config = capwire_provider::Config::from_iter([("TIMEOUT", "500ms")]);
/// let second = Duration::from_secs(1);
/// assert_eq!(duration(&config, "TIMEOUT", second)?, Duration::from_millis(500));
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn duration(
    config: &Config,
    key: &'static str,
    default: Duration,
) -> Result<Duration, ProviderError> {
    let expected = "a time with its unit, such as `500ms` or `30s`";
    let given = amount(config, key, Unit::Time, expected)?.map(Duration::from_micros);
    match given.unwrap_or(default) {
        Duration::ZERO => Err(ProviderError::config(key, "must be longer than no time")),
        time if time > LONGEST => Err(ProviderError::config(key, "must be at most `1d`")),
        time => Ok(time),
    }
}

/// Returns the number of rows that an answer may have, by default 10,000.
///
/// # Errors
/// Returns an error unless the value is a number from 1 to 1,000,000.
///
/// ```
/// # use capwire_sql_common::settings::rows;
/// assert_eq!(rows(&capwire_provider::Config::default(), "MAX_ROWS")?, 10_000);
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn rows(config: &Config, key: &'static str) -> Result<usize, ProviderError> {
    match config.get(key).map_or(Ok(10_000), str::parse) {
        Ok(rows) if (1..=MOST_ROWS).contains(&rows) => Ok(rows),
        _ => {
            let reason = format!("must be a number from 1 to {MOST_ROWS}");
            Err(ProviderError::config(key, reason))
        }
    }
}

/// Returns a size in bytes, from 1 to `most`. The value may also be written without its unit.
///
/// # Errors
/// Returns an error if the value is no such size.
///
/// ```
/// # use capwire_sql_common::settings::size;
/// let config = capwire_provider::Config::from_iter([("MAX_ANSWER", "4KiB")]);
/// assert_eq!(size(&config, "MAX_ANSWER", 1, u64::MAX)?, 4_096);
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn size(
    config: &Config,
    key: &'static str,
    default: u64,
    most: u64,
) -> Result<u64, ProviderError> {
    let expected = "a size such as `64KiB` or `4MiB`, or a number of bytes";
    let bytes = match config.get(key).map(str::parse) {
        Some(Ok(bytes)) => Some(bytes),
        _ => amount(config, key, Unit::Bytes, expected)?,
    };
    match bytes.unwrap_or(default) {
        0 => Err(ProviderError::config(key, "must be at least 1")),
        bytes if bytes > most => {
            let reason = format!("must be at most {most} bytes");
            Err(ProviderError::config(key, reason))
        }
        bytes => Ok(bytes),
    }
}

fn amount(
    config: &Config,
    key: &'static str,
    unit: Unit,
    expected: &str,
) -> Result<Option<u64>, ProviderError> {
    let parsed = config.get(key).map(|text| {
        let wrong = || ProviderError::config(key, format!("must be {expected}"));
        unit.parse(text).ok_or_else(wrong)
    });
    parsed.transpose()
}
