//! The configuration of a binding.

use crate::name::{is_bucket, is_prefix};
use async_nats::jetstream::stream::StorageType;
use capwire_nats_common::Server;
use capwire_provider::{BindingId, Config, Key, ProviderError};
use std::time::Duration;

const BUCKET: &str = "BUCKET";
const PREFIX: &str = "PREFIX";
const TIMEOUT: &str = "TIMEOUT";
const MAX_ANSWER: &str = "MAX_ANSWER";
const MAX_CALLS: &str = "MAX_CALLS";
const REPLICAS: &str = "REPLICAS";
const STORAGE: &str = "STORAGE";
const MAX_BYTES: &str = "MAX_BYTES";

const OWN: [Key; 8] = [
    Key::new(
        BUCKET,
        "`capwire`",
        "The bucket: letters, digits, `-` and `_`. It is created if the server has none with this name.",
    ),
    Key::new(
        PREFIX,
        "the actor's public key",
        "The first part of the names of all keys in the bucket, before a dot. Bindings with the same prefix share their keys.",
    ),
    Key::new(
        TIMEOUT,
        "`5s`",
        "The maximum time of an operation, at most `60s`. The caller's deadline ends it, too.",
    ),
    Key::new(
        MAX_ANSWER,
        "`16MiB`",
        "The maximum size of the values in one answer. Each item of a list or set counts 24 bytes more than its text.",
    ),
    Key::new(
        MAX_CALLS,
        "`256`",
        "The maximum number of operations at once, from 1 to 4096. Others wait, within their time.",
    ),
    Key::new(
        REPLICAS,
        "`1`",
        "The servers of a cluster that have a copy of a new bucket, from 1 to 5.",
    ),
    Key::new(
        STORAGE,
        "`file`",
        "`file` keeps a new bucket on the disk of the server, and `memory` in its memory.",
    ),
    Key::new(
        MAX_BYTES,
        "none",
        "The maximum size of a new bucket. A write beyond it is refused.",
    ),
];

const COUNT: usize = capwire_nats_common::KEYS.len() + OWN.len();
const TABLE: [Key; COUNT] = Key::joined(capwire_nats_common::KEYS, &OWN);
const NAMES: [&str; COUNT] = Key::names(&TABLE);

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &TABLE;

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;

/// The server knows a repeated write for two minutes.
const LONGEST: Duration = Duration::from_secs(60);

/// The configuration of a binding.
pub(crate) struct Settings {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    pub(crate) timeout: Duration,
    pub(crate) max_answer: usize,
    pub(crate) max_calls: usize,
    pub(crate) replicas: usize,
    pub(crate) storage: StorageType,
    /// Of a new bucket; `None` means any number.
    pub(crate) max_bytes: Option<i64>,
}

impl Settings {
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<(Server, Self), ProviderError> {
        config.only(KEY_NAMES)?;
        let max_answer = config.size(MAX_ANSWER, 1..=u64::MAX)?.unwrap_or(16 << 20);
        let max_bytes = config.size(MAX_BYTES, 1..=1 << 50)?;
        let settings = Self {
            bucket: bucket(config)?,
            prefix: prefix(id, config)?,
            timeout: timeout(config)?,
            max_answer: usize::try_from(max_answer).unwrap_or(usize::MAX),
            max_calls: config.number(MAX_CALLS, 1..=4096)?.unwrap_or(256),
            replicas: config.number(REPLICAS, 1..=5)?.unwrap_or(1),
            storage: storage(config)?,
            max_bytes: max_bytes.and_then(|bytes| i64::try_from(bytes).ok()),
        };
        Ok((Server::read(config)?, settings))
    }
}

fn bucket(config: &Config) -> Result<String, ProviderError> {
    match config.get(BUCKET).unwrap_or("capwire") {
        name if is_bucket(name) => Ok(name.to_owned()),
        _ => {
            let reason = "must have 1 to 64 letters, digits, `-` and `_`";
            Err(ProviderError::config(BUCKET, reason))
        }
    }
}

fn prefix(id: &BindingId, config: &Config) -> Result<String, ProviderError> {
    match config.get(PREFIX) {
        None => Ok(id.actor.clone()),
        Some(prefix) if is_prefix(prefix) => Ok(prefix.to_owned()),
        Some(_) => {
            let reason = "must have letters, digits, `-`, `_` and `/`, with single dots between them, \
                          at most 256 in all";
            Err(ProviderError::config(PREFIX, reason))
        }
    }
}

fn timeout(config: &Config) -> Result<Duration, ProviderError> {
    match config.time(TIMEOUT)?.unwrap_or(Duration::from_secs(5)) {
        time if time > LONGEST => Err(ProviderError::config(TIMEOUT, "must be at most `60s`")),
        time => Ok(time),
    }
}

fn storage(config: &Config) -> Result<StorageType, ProviderError> {
    match config.get(STORAGE) {
        None | Some("file") => Ok(StorageType::File),
        Some("memory") => Ok(StorageType::Memory),
        Some(_) => {
            let reason = "must be `file` or `memory`";
            Err(ProviderError::config(STORAGE, reason))
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
        let read = Settings::read(&id, &Config::from_iter(values));
        read.map(|(_, settings)| settings)
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("URL", "http://localhost"),
            ("BUCKET", ""),
            ("BUCKET", "a.b"),
            ("BUCKET", "a b"),
            ("PREFIX", ""),
            ("PREFIX", "a..b"),
            ("PREFIX", ">"),
            ("TIMEOUT", "5"),
            ("TIMEOUT", "61s"),
            ("MAX_ANSWER", "16MB"),
            ("MAX_CALLS", "0"),
            ("REPLICAS", "6"),
            ("STORAGE", "tape"),
            ("MAX_BYTES", "0"),
            ("COLOUR", "red"),
        ] {
            let error = read([(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
        }
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = KEYS.iter().filter_map(|key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            Some((key.name, value))
        });
        let shown = |settings: Settings| {
            let place = (settings.bucket, settings.storage, settings.replicas);
            let most = (settings.timeout, settings.max_answer, settings.max_calls);
            format!("{:?}", (place, most))
        };
        assert_eq!(shown(read(documented).unwrap()), shown(read([]).unwrap()));
    }

    #[test]
    fn each_actor_has_its_own_keys_unless_the_prefix_says_otherwise() {
        assert_eq!(read([]).unwrap().prefix, "MACTOR");
        let shared = read([("PREFIX", "shop.sessions")]).unwrap();
        assert_eq!(shared.prefix, "shop.sessions");
    }
}
