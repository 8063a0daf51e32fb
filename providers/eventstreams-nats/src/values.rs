//! The values of a binding.

use crate::keys::{
    JETSTREAM, KEY_NAMES, MAX_AGE, MAX_BYTES, MAX_CALLS, MAX_LENGTH, REPLICAS, STORAGE, TIMEOUT,
    WHEN_FULL,
};
use crate::name;
use crate::request::sequence;
use async_nats::jetstream::stream::{DiscardPolicy, StorageType};
use capwire_eventstreams::{Settings, Start, ack_wait};
use capwire_nats_common::Server;
use capwire_provider::{BindingId, Config, ProviderError};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);
/// The server knows a repeated write for two minutes.
const LONGEST: Duration = Duration::from_secs(60);

/// The values of a binding.
pub(crate) struct Values {
    pub(crate) server: Server,
    pub(crate) settings: Settings,
    pub(crate) jetstream: Jetstream,
    pub(crate) start: Position,
    pub(crate) ack_wait: Duration,
    pub(crate) timeout: Duration,
    pub(crate) max_calls: usize,
}

/// The stream of JetStream of a binding. A stream that is there keeps what is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jetstream {
    pub(crate) name: String,
    pub(crate) max_bytes: Option<i64>,
    pub(crate) discard: Option<DiscardPolicy>,
    /// The number of events of each stream.
    pub(crate) max_length: Option<i64>,
    pub(crate) max_age: Option<Duration>,
    /// Of a new stream.
    pub(crate) replicas: usize,
    /// Of a new stream.
    pub(crate) storage: StorageType,
}

/// The position of a group that is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    First,
    New,
    After(u64),
}

impl Values {
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let settings = Settings::read(&id.actor, config)?;
        Ok(Self {
            server: Server::read(config)?,
            jetstream: Jetstream::read(id, config)?,
            start: position(&settings.start)?,
            ack_wait: ack_wait(config)?,
            timeout: timeout(config)?,
            max_calls: config.number(MAX_CALLS, 1..=4096)?.unwrap_or(256),
            settings,
        })
    }
}

impl Jetstream {
    fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        let max_bytes = config.size(MAX_BYTES, 1..=1 << 50)?;
        let days = config.number(MAX_AGE, 1..=36_500)?;
        Ok(Self {
            name: jetstream(id, config)?,
            max_bytes: max_bytes.and_then(|bytes| i64::try_from(bytes).ok()),
            discard: discard(config)?,
            max_length: config.number(MAX_LENGTH, 1..=i64::MAX)?,
            max_age: days.map(|days: u32| DAY * days),
            replicas: config.number(REPLICAS, 1..=5)?.unwrap_or(1),
            storage: storage(config)?,
        })
    }
}

fn jetstream(id: &BindingId, config: &Config) -> Result<String, ProviderError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match config.get(JETSTREAM) {
        None => Ok(name::token(&id.actor)),
        Some(name) if (1..=64).contains(&name.len()) && name.chars().all(is_plain) => {
            Ok(name.to_owned())
        }
        Some(_) => {
            let reason = "must have 1 to 64 letters, digits, `-` and `_`";
            Err(ProviderError::config(JETSTREAM, reason))
        }
    }
}

fn discard(config: &Config) -> Result<Option<DiscardPolicy>, ProviderError> {
    let wrong = |reason| Err(ProviderError::config(WHEN_FULL, reason));
    let policy = match config.get(WHEN_FULL) {
        None | Some("refuse") => DiscardPolicy::New,
        Some("discard") => DiscardPolicy::Old,
        Some(_) => return wrong("must be `refuse` or `discard`"),
    };
    match (config.get(MAX_BYTES), config.get(WHEN_FULL)) {
        (Some(_), _) => Ok(Some(policy)),
        (None, None) => Ok(None),
        (None, Some(_)) => wrong("needs `MAX_BYTES`"),
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

fn position(start: &Start) -> Result<Position, ProviderError> {
    match start {
        Start::First => Ok(Position::First),
        Start::New => Ok(Position::New),
        Start::After(id) => match sequence(id) {
            Some(id) => Ok(Position::After(id)),
            None => {
                let reason = "must be `first`, `new`, or an id such as `17`";
                Err(ProviderError::config("START", reason))
            }
        },
    }
}

fn timeout(config: &Config) -> Result<Duration, ProviderError> {
    match config.time(TIMEOUT)?.unwrap_or(Duration::from_secs(5)) {
        time if time > LONGEST => Err(ProviderError::config(TIMEOUT, "must be at most `60s`")),
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::{BindingId, Config, Position, Values};
    use crate::keys::KEYS;

    fn read<'c>(
        values: impl IntoIterator<Item = (&'c str, &'c str)>,
    ) -> Result<Values, super::ProviderError> {
        let id = BindingId {
            actor: "MACTOR".to_owned(),
            name: "default".to_owned(),
        };
        Values::read(&id, &Config::from_iter(values))
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("URL", "http://localhost"),
            ("START", "1764547200000-0"),
            ("JETSTREAM", ""),
            ("JETSTREAM", "a.b"),
            ("JETSTREAM", ">"),
            ("MAX_BYTES", "0"),
            ("WHEN_FULL", "discard"),
            ("MAX_LENGTH", "0"),
            ("MAX_AGE", "0"),
            ("MAX_AGE", "36501"),
            ("REPLICAS", "6"),
            ("STORAGE", "tape"),
            ("ACK_WAIT", "999ms"),
            ("TIMEOUT", "61s"),
            ("MAX_CALLS", "0"),
            ("COLOUR", "red"),
        ] {
            let error = read([(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
        }
        let odd = read([("MAX_BYTES", "1MiB"), ("WHEN_FULL", "stop")]);
        let error = odd.map(drop).unwrap_err().to_string();
        assert!(error.contains("`WHEN_FULL`"), "{error}");
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = KEYS.iter().filter_map(|key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            // Without a bound, nothing is full.
            (key.name != "WHEN_FULL").then_some((key.name, value))
        });
        let shown = |values: Values| {
            let times = (values.ack_wait, values.timeout, values.max_calls);
            (values.jetstream, values.start, times)
        };
        let read = |values| shown(read(values).unwrap());
        assert_eq!(
            read(documented.collect::<Vec<_>>()),
            read(Vec::<(&str, &str)>::new())
        );
    }

    #[test]
    fn each_actor_has_its_own_stream_of_jetstream_unless_the_binding_names_one() {
        let values = read([]).unwrap();
        assert_eq!(values.jetstream.name, "MACTOR");
        assert_eq!(values.start, Position::First);
        let values = read([("JETSTREAM", "shop"), ("START", "17")]).unwrap();
        assert_eq!(values.jetstream.name, "shop");
        assert_eq!(values.start, Position::After(17));
    }
}
