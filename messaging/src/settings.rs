//! The values of a binding that all brokers have.

use crate::keys::{
    MAX_CONCURRENT, MAX_MESSAGE, MAX_QUEUE, MAX_QUEUE_BYTES, QUEUEGROUP_NAME, SUBSCRIPTION, TIMEOUT,
};
use crate::message::OVERHEAD;
use crate::subject::{MAX_SUBJECT, Pattern, check_group};
use capwire_provider::{Config, ProviderError};
use std::ops::RangeInclusive;
use std::time::Duration;

/// The maximum number of subscriptions of a binding.
const MAX_SUBSCRIPTIONS: usize = 1_000;
const CONCURRENT: RangeInclusive<usize> = 1..=10_000;
const QUEUE: RangeInclusive<usize> = 1..=1_000_000;
const MESSAGE: RangeInclusive<u64> = 1..=64 << 20;
const QUEUE_BYTES: RangeInclusive<u64> = 1..=1 << 40;

/// The values of a binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The subjects whose messages the actor gets.
    pub subscriptions: Vec<Pattern>,
    /// The queue group, or `None` if the binding gets each message.
    pub group: Option<String>,
    /// The bounds of the queue and of the deliveries.
    pub limits: Limits,
    /// The maximum size of the body of a message in bytes.
    pub max_message: usize,
    /// The maximum time of an operation.
    pub timeout: Duration,
}

/// The bounds of the queue of a binding, and of its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The messages that the actor handles at the same time.
    pub concurrent: usize,
    /// The messages that wait or are handled.
    pub messages: usize,
    /// Their bytes.
    pub bytes: usize,
}

impl Settings {
    /// Reads the values of a binding of the actor with this public key. The provider refuses unknown
    /// keys itself.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] with the key whose value is wrong.
    pub fn read(actor: &str, config: &Config) -> Result<Self, ProviderError> {
        let max_message = size(config, MAX_MESSAGE, MESSAGE)?.unwrap_or(1 << 20);
        let timeout = config.time(TIMEOUT)?;
        let limits = Limits {
            concurrent: config.number(MAX_CONCURRENT, CONCURRENT)?.unwrap_or(1),
            messages: config.number(MAX_QUEUE, QUEUE)?.unwrap_or(1_000),
            bytes: queue_bytes(config, max_message)?,
        };
        Ok(Self {
            subscriptions: subscriptions(config)?,
            group: group(actor, config)?,
            limits,
            max_message,
            timeout: timeout.unwrap_or(Duration::from_secs(5)),
        })
    }

    /// Returns `true` if the binding receives messages to `subject`.
    #[must_use]
    pub fn receives(&self, subject: &str) -> bool {
        self.subscriptions
            .iter()
            .any(|pattern| pattern.matches(subject))
    }
}

fn subscriptions(config: &Config) -> Result<Vec<Pattern>, ProviderError> {
    let Some(list) = config.get(SUBSCRIPTION) else {
        return Ok(Vec::new());
    };
    let mut patterns = Vec::new();
    for (index, text) in list.split(',').map(str::trim).enumerate() {
        let pattern: Pattern = text.parse().map_err(|error| {
            let reason = format!("subject {} of the list {error}", index + 1);
            ProviderError::config(SUBSCRIPTION, reason)
        })?;
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
        if patterns.len() > MAX_SUBSCRIPTIONS {
            let reason = format!("must have at most {MAX_SUBSCRIPTIONS} subjects");
            return Err(ProviderError::config(SUBSCRIPTION, reason));
        }
    }
    Ok(patterns)
}

fn group(actor: &str, config: &Config) -> Result<Option<String>, ProviderError> {
    match config.get(QUEUEGROUP_NAME) {
        None => Ok(Some(actor.to_owned())),
        Some("") => Ok(None),
        Some(name) => {
            let checked = check_group(name);
            let wrong = |error| ProviderError::config(QUEUEGROUP_NAME, format!("{error}"));
            checked.map(|()| Some(name.to_owned())).map_err(wrong)
        }
    }
}

/// Returns the bytes of the queue, which has room for one message at least.
fn queue_bytes(config: &Config, max_message: usize) -> Result<usize, ProviderError> {
    let least = max_message + 2 * MAX_SUBJECT + OVERHEAD;
    let bytes = size(config, MAX_QUEUE_BYTES, QUEUE_BYTES)?;
    match bytes {
        Some(bytes) if bytes < least => {
            let reason = format!(
                "must be at least {least} bytes, so that one message of `MAX_MESSAGE` fits"
            );
            Err(ProviderError::config(MAX_QUEUE_BYTES, reason))
        }
        bytes => Ok(bytes.unwrap_or(16 << 20).max(least)),
    }
}

fn size(
    config: &Config,
    key: &'static str,
    range: RangeInclusive<u64>,
) -> Result<Option<usize>, ProviderError> {
    let bytes = config.size(key, range)?;
    Ok(bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)))
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use crate::keys::KEYS;
    use capwire_provider::{Config, ProviderError};

    fn read<'c>(
        values: impl IntoIterator<Item = (&'c str, &'c str)>,
    ) -> Result<Settings, ProviderError> {
        Settings::read("MACTOR", &Config::from_iter(values))
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("SUBSCRIPTION", ""),
            ("SUBSCRIPTION", "a,,b"),
            ("SUBSCRIPTION", "a b"),
            ("SUBSCRIPTION", "a.>.b"),
            ("QUEUEGROUP_NAME", "a group"),
            ("MAX_CONCURRENT", "0"),
            ("MAX_QUEUE", "many"),
            ("MAX_QUEUE_BYTES", "1KiB"),
            ("MAX_MESSAGE", "65MiB"),
            ("TIMEOUT", "5"),
            ("TIMEOUT", "0s"),
        ] {
            let error = read([(key, value)]).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
        }
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = KEYS.iter().filter_map(|key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            Some((key.name, value))
        });
        assert_eq!(read(documented).unwrap(), read([]).unwrap());
        assert_eq!(read([]).unwrap().group.as_deref(), Some("MACTOR"));
    }

    #[test]
    fn a_list_of_subjects_is_trimmed_and_has_no_duplicates() {
        let settings = read([("SUBSCRIPTION", " a.* ,b,a.*"), ("QUEUEGROUP_NAME", "")]).unwrap();
        let subjects: Vec<_> = settings
            .subscriptions
            .iter()
            .map(|it| it.as_str())
            .collect();
        assert_eq!(subjects, ["a.*", "b"]);
        assert_eq!(settings.group, None);
        assert!(settings.receives("a.1") && !settings.receives("c"));
    }
}
