//! The values of a binding.

use crate::keys::{KEY_NAMES, MAX_AGE, MAX_LENGTH, POLL, PREFIX};
use capwire_eventstreams::{EventId, Follows, Settings, Start, ack_wait};
use capwire_provider::{BindingId, Config, ProviderError};
use capwire_redis_common as common;
use std::time::Duration;

const MILLIS_PER_DAY: u64 = 86_400_000;

/// The values of a binding.
pub(crate) struct Values {
    pub(crate) server: common::Settings,
    pub(crate) settings: Settings,
    pub(crate) prefix: String,
    pub(crate) bound: Bound,
    /// The id after which a new group begins, in the form of the server.
    pub(crate) start: String,
    pub(crate) ack_wait: Duration,
    pub(crate) poll: Duration,
}

/// The events of a stream that stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    None,
    /// So many, about.
    Length(u64),
    /// The age in milliseconds.
    Age(u64),
}

impl Values {
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let settings = Settings::read(&id.actor, config)?;
        only_names(&settings.follows)?;
        let prefix = config.get(PREFIX).map(str::to_owned);
        Ok(Self {
            server: common::Settings::read(config)?,
            prefix: prefix.unwrap_or_else(|| format!("{}:", id.actor)),
            bound: bound(config)?,
            start: start(&settings.start)?,
            ack_wait: ack_wait(config)?,
            poll: config.time(POLL)?.unwrap_or(Duration::from_millis(100)),
            settings,
        })
    }
}

fn only_names(follows: &[Follows]) -> Result<(), ProviderError> {
    let pattern = follows
        .iter()
        .find(|follows| matches!(follows, Follows::Beginning(_)));
    match pattern {
        None => Ok(()),
        Some(pattern) => {
            let reason = format!(
                "has the pattern `{pattern}`, but streams of Redis have no order among each other: name each stream"
            );
            Err(ProviderError::config("STREAMS", reason))
        }
    }
}

fn bound(config: &Config) -> Result<Bound, ProviderError> {
    let length = config.number(MAX_LENGTH, 1..=u64::MAX)?;
    let days = config.number(MAX_AGE, 1..=36_500_u64)?;
    match (length, days) {
        (Some(_), Some(_)) => {
            let reason = "cannot be set together with `MAX_AGE`, because Redis bounds a stream by one of them";
            Err(ProviderError::config(MAX_LENGTH, reason))
        }
        (Some(length), None) => Ok(Bound::Length(length)),
        (None, Some(days)) => Ok(Bound::Age(days * MILLIS_PER_DAY)),
        (None, None) => Ok(Bound::None),
    }
}

fn start(start: &Start) -> Result<String, ProviderError> {
    match start {
        Start::First => Ok("0".to_owned()),
        Start::New => Ok("$".to_owned()),
        Start::After(id) => match id.parse::<EventId>() {
            Ok(id) => Ok(id.to_string()),
            Err(_) => {
                let reason = "must be `first`, `new`, or an id such as `1764547200000-0`";
                Err(ProviderError::config("START", reason))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{BindingId, Bound, Config, Values};

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
            ("STREAMS", "orders-*"),
            ("START", "7-x"),
            ("MAX_LENGTH", "0"),
            ("MAX_AGE", "0"),
            ("ACK_WAIT", "999ms"),
            ("POLL", "0s"),
            ("COLOUR", "red"),
        ] {
            let error = read([(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
        }
        let both = read([("MAX_LENGTH", "7"), ("MAX_AGE", "7")]);
        assert!(
            both.map(drop)
                .unwrap_err()
                .to_string()
                .contains("`MAX_LENGTH`")
        );
    }

    #[test]
    fn the_defaults_are_those_of_the_documentation() {
        let values = read([]).unwrap();
        let documented = read([
            ("ACK_WAIT", "30s"),
            ("POLL", "100ms"),
            ("PREFIX", "MACTOR:"),
        ])
        .unwrap();
        assert_eq!(values.ack_wait, documented.ack_wait);
        assert_eq!(values.poll, documented.poll);
        assert_eq!(values.prefix, documented.prefix);
        assert_eq!((values.bound, &*values.start), (Bound::None, "0"));
    }
}
