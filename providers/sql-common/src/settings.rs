//! The keys of bindings that the providers have in common. Each function takes the configuration and the name of the
//! key, which its error has.

use crate::migrations::{self, Migration};
use capwire_provider::{Config, ProviderError};
use std::path::Path;

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
    Ok(config.number(key, 1..=MOST_ROWS)?.unwrap_or(10_000))
}
