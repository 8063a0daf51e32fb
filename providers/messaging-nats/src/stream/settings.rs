//! The values of a binding with a stream.

use crate::keys::{ACK_WAIT, BACKOFF, DEAD_LETTERS, MAX_TRIES, STREAM, STREAM_BYTES};
use capwire_messaging::{Settings, check_subject};
use capwire_provider::{Config, ProviderError};
use std::time::Duration;

/// The maximum number of different pauses.
const PAUSES: usize = 100;
/// The same as the default of `BACKOFF`.
const BACKOFF_DEFAULT: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// The values of a binding with a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamSettings {
    pub(crate) name: String,
    /// The size of a stream that is created, in bytes.
    pub(crate) bytes: i64,
    pub(crate) tries: u32,
    /// One at least.
    pub(crate) backoff: Vec<Duration>,
    /// `None` means that they are dropped.
    pub(crate) dead_letters: Option<String>,
    pub(crate) ack_wait: Duration,
}

impl StreamSettings {
    /// Returns `None` if the binding has no stream.
    pub(crate) fn read(config: &Config, common: &Settings) -> Result<Option<Self>, ProviderError> {
        let Some(name) = config.get(STREAM) else {
            return without(config).map(|()| None);
        };
        if !is_name(name) {
            let reason = "must have 1 to 64 letters, digits, `-` and `_`";
            return Err(ProviderError::config(STREAM, reason));
        }
        consumer(common)?;
        let bytes = config.size(STREAM_BYTES, 1..=1 << 50)?;
        let backoff = config.times(BACKOFF, PAUSES)?;
        Ok(Some(Self {
            bytes: bytes.map_or(1 << 30, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
            tries: config.number(MAX_TRIES, 1..=1_000)?.unwrap_or(5),
            backoff: backoff.unwrap_or_else(|| BACKOFF_DEFAULT.to_vec()),
            dead_letters: dead_letters(config, name, common)?,
            ack_wait: ack_wait(config)?,
            name: name.to_owned(),
        }))
    }

    /// Returns the pause after the failure of this number, from 1.
    pub(crate) fn pause_after(&self, failure: u32) -> Duration {
        let index = usize::try_from(failure.saturating_sub(1)).unwrap_or(usize::MAX);
        let pause = self.backoff.get(index).or(self.backoff.last());
        pause.copied().unwrap_or_default()
    }
}

/// The keys of a stream have no effect without one, which nobody can have meant.
fn without(config: &Config) -> Result<(), ProviderError> {
    for key in [STREAM_BYTES, MAX_TRIES, BACKOFF, DEAD_LETTERS, ACK_WAIT] {
        if config.get(key).is_some() {
            return Err(ProviderError::config(key, "needs `STREAM`"));
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=64).contains(&name.len()) && name.chars().all(is_plain)
}

/// Checks that the queue group can be the name of a consumer, whose place in the stream all its members share.
fn consumer(common: &Settings) -> Result<(), ProviderError> {
    let reason = match &common.group {
        _ if common.subscriptions.is_empty() => return Ok(()),
        // The default of an actor that is not known yet is empty.
        Some(group) if group.is_empty() || is_name(group) => return Ok(()),
        Some(_) => {
            "must have 1 to 64 letters, digits, `-` and `_`, because the binding has a `STREAM`"
        }
        None => "must not be empty, because the binding has a `STREAM`",
    };
    Err(ProviderError::config("QUEUEGROUP_NAME", reason))
}

fn dead_letters(
    config: &Config,
    stream: &str,
    common: &Settings,
) -> Result<Option<String>, ProviderError> {
    let subject = match config.get(DEAD_LETTERS) {
        None => format!("dead.{stream}"),
        Some("") => return Ok(None),
        Some(subject) => subject.to_owned(),
    };
    let wrong = |reason| ProviderError::config(DEAD_LETTERS, reason);
    check_subject(&subject).map_err(|error| wrong(error.to_string()))?;
    match common.receives(&subject) {
        true => Err(wrong(format!(
            "must not be a subject of `SUBSCRIPTION`, and `{subject}` is one"
        ))),
        false => Ok(Some(subject)),
    }
}

fn ack_wait(config: &Config) -> Result<Duration, ProviderError> {
    match config.time(ACK_WAIT)?.unwrap_or(Duration::from_secs(30)) {
        time if time < Duration::from_secs(1) => {
            Err(ProviderError::config(ACK_WAIT, "must be at least `1s`"))
        }
        time => Ok(time),
    }
}
