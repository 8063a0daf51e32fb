//! The configuration of a binding.

use crate::database::Place;
use capwire_provider::{BindingId, Config, Key, ProviderError};
use capwire_sql_common::migrations::Migration;
use capwire_sql_common::settings::{access, migrations, rows};
use std::time::Duration;

const DATABASE: &str = "DATABASE";
const ACCESS: &str = "ACCESS";
const MIGRATIONS: &str = "MIGRATIONS";
const TIMEOUT: &str = "TIMEOUT";
const MAX_ROWS: &str = "MAX_ROWS";
const MAX_ANSWER: &str = "MAX_ANSWER";
const MAX_VALUE: &str = "MAX_VALUE";
const MAX_BYTES: &str = "MAX_BYTES";

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        DATABASE,
        "none: each actor has its own database",
        "The name of a database that several bindings share: letters, digits, `-` and `_`.",
    ),
    Key::new(
        ACCESS,
        "`read-write`",
        "`read-only` refuses each statement that could write.",
    ),
    Key::new(
        MIGRATIONS,
        "none",
        "A folder with migrations, which are applied once and in order.",
    ),
    Key::new(
        TIMEOUT,
        "`5s`",
        "The maximum time of an operation. The caller's deadline ends it, too.",
    ),
    Key::new(
        MAX_ROWS,
        "`10000`",
        "The maximum number of rows in one answer.",
    ),
    Key::new(
        MAX_ANSWER,
        "`4MiB`",
        "The maximum size of the values in one answer. Each value and each row counts 16 bytes more than its content.",
    ),
    Key::new(
        MAX_VALUE,
        "`1MiB`",
        "The maximum size of a text, of bytes and of a row, at most `16MiB`.",
    ),
    Key::new(
        MAX_BYTES,
        "`1GiB`",
        "The maximum size of the database. A write beyond it is refused.",
    ),
];

const NAMES: [&str; KEYS.len()] = Key::names(KEYS);

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;

/// The keys whose values are names of files.
pub(crate) const FILE_KEYS: &[&str] = &[MIGRATIONS];

const LONGEST_VALUE: u64 = 16 << 20;
const LONGEST_NAME: usize = 64;

/// The configuration of a binding.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) place: Place,
    pub(crate) is_read_only: bool,
    pub(crate) migrations: Vec<Migration>,
    pub(crate) timeout: Duration,
    pub(crate) max_rows: usize,
    pub(crate) max_answer: usize,
    pub(crate) max_value: u64,
    pub(crate) max_bytes: u64,
}

impl Settings {
    /// Reads the configuration, and the migrations.
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let is_read_only = access(config, ACCESS)?;
        let size = |key, most| config.size(key, 1..=most);
        let max_answer = size(MAX_ANSWER, u64::MAX)?.unwrap_or(4 << 20);
        let timeout = config.time(TIMEOUT)?;
        Ok(Self {
            place: place(id, config)?,
            is_read_only,
            migrations: migrations(config, MIGRATIONS, is_read_only)?,
            timeout: timeout.unwrap_or(Duration::from_secs(5)),
            max_rows: rows(config, MAX_ROWS)?,
            max_answer: usize::try_from(max_answer).unwrap_or(usize::MAX),
            max_value: size(MAX_VALUE, LONGEST_VALUE)?.unwrap_or(1 << 20),
            max_bytes: size(MAX_BYTES, u64::MAX)?.unwrap_or(1 << 30),
        })
    }
}

fn place(id: &BindingId, config: &Config) -> Result<Place, ProviderError> {
    let Some(name) = config.get(DATABASE) else {
        return Ok(Place::Own(id.actor.clone()));
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(is_plain) {
        // File systems differ in the meaning of case.
        true => Ok(Place::Shared(name.to_ascii_lowercase())),
        false => {
            let reason = format!(
                "must have 1 to {LONGEST_NAME} letters, digits, `-` and `_`, and no others"
            );
            Err(ProviderError::config(DATABASE, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BindingId, Config, KEYS, Settings};

    fn read<'c>(
        values: impl IntoIterator<Item = (&'c str, &'c str)>,
    ) -> Result<Settings, super::ProviderError> {
        let id = BindingId {
            actor: "MACTOR".to_owned(),
            name: "default".to_owned(),
        };
        Settings::read(&id, &Config::from_iter(values))
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("DATABASE", ""),
            ("DATABASE", "../other"),
            ("DATABASE", "a.db"),
            ("ACCESS", "readonly"),
            ("MIGRATIONS", "/no/such/folder"),
            ("TIMEOUT", "5"),
            ("TIMEOUT", "0s"),
            ("MAX_ROWS", "0"),
            ("MAX_ANSWER", "4MB"),
            ("MAX_VALUE", "17MiB"),
            ("MAX_BYTES", "0"),
            ("COLOUR", "red"),
        ] {
            let error = read([(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
        }
        let both = read([("ACCESS", "read-only"), ("MIGRATIONS", "/tmp")]);
        let error = both.map(drop).unwrap_err().to_string();
        assert!(error.contains("`MIGRATIONS`"), "{error}");
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = KEYS.iter().filter_map(|key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            Some((key.name, value))
        });
        let shown = |settings: Settings| format!("{settings:?}");
        assert_eq!(shown(read(documented).unwrap()), shown(read([]).unwrap()));
    }
}
