//! The values of a binding that all providers have.

use crate::keys::{ACK_WAIT, BACKOFF, DEAD_LETTERS, GROUP, MAX_EVENT, MAX_TRIES, START, STREAMS};
use crate::name::{DEAD, Follows, check_name};
use capwire_provider::{Config, ProviderError};
use std::time::Duration;

/// The maximum number of entries of `STREAMS`.
const MAX_STREAMS: usize = 1_000;
/// The maximum number of different pauses.
const PAUSES: usize = 100;
/// The same as the default of `BACKOFF`.
const BACKOFF_DEFAULT: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// The values of a binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The streams whose events the actor gets.
    pub follows: Vec<Follows>,
    /// The consumer group. It is empty if the actor is not known yet.
    pub group: String,
    /// The position of a group that is new.
    pub start: Start,
    /// The number of times that the actor gets an event; `None` stands for no end.
    pub tries: Option<u32>,
    /// The pauses after failures, one at least.
    pub backoff: Vec<Duration>,
    /// The destination of events that the actor did not handle.
    pub dead_letters: DeadLetters,
    /// The maximum size of an event in bytes.
    pub max_event: usize,
}

/// The position of a group that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// All events.
    First,
    /// The events that are written later.
    New,
    /// The events after the one with this id, whose form the provider knows.
    After(String),
}

/// The destination of events that the actor did not handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadLetters {
    /// A stream for each stream.
    OfStream,
    /// This stream.
    Named(String),
    /// None: they are dropped.
    Dropped,
}

impl DeadLetters {
    /// Returns the stream for dead letters of `stream`.
    pub(crate) fn of(&self, stream: &str) -> Option<String> {
        match self {
            Self::OfStream => Some(format!("{DEAD}{stream}")),
            Self::Named(name) => Some(name.clone()),
            Self::Dropped => None,
        }
    }
}

impl Settings {
    /// Reads the values of a binding of the actor with this public key. The provider refuses unknown
    /// keys itself.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] with the key whose value is wrong.
    pub fn read(actor: &str, config: &Config) -> Result<Self, ProviderError> {
        let follows = follows(config)?;
        let backoff = config.times(BACKOFF, PAUSES)?;
        let max_event = config.size(MAX_EVENT, 1..=8 << 20)?.unwrap_or(1 << 20);
        let tries = config.number(MAX_TRIES, 0..=1_000)?.unwrap_or(5);
        Ok(Self {
            group: group(actor, config)?,
            start: start(config)?,
            tries: (tries > 0).then_some(tries),
            backoff: backoff.unwrap_or_else(|| BACKOFF_DEFAULT.to_vec()),
            dead_letters: dead_letters(config, &follows)?,
            max_event: usize::try_from(max_event).unwrap_or(usize::MAX),
            follows,
        })
    }

    /// Returns the pause after the failure of this number, from 1.
    pub(crate) fn pause_after(&self, failure: u32) -> Duration {
        let index = usize::try_from(failure.saturating_sub(1)).unwrap_or(usize::MAX);
        let pause = self.backoff.get(index).or(self.backoff.last());
        pause.copied().unwrap_or_default()
    }
}

/// Reads the value of [`ACK_WAIT`](crate::ACK_WAIT).
///
/// # Errors
/// Returns [`ProviderError::Config`] if the time is wrong, or shorter than a second.
pub fn ack_wait(config: &Config) -> Result<Duration, ProviderError> {
    let time = config.time(ACK_WAIT.name)?;
    match time.unwrap_or(Duration::from_secs(30)) {
        time if time < Duration::from_secs(1) => Err(ProviderError::config(
            ACK_WAIT.name,
            "must be at least `1s`",
        )),
        time => Ok(time),
    }
}

fn follows(config: &Config) -> Result<Vec<Follows>, ProviderError> {
    let Some(list) = config.get(STREAMS) else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for (index, text) in list.split(',').map(str::trim).enumerate() {
        let follows: Follows = text.parse().map_err(|error| {
            let reason = format!("stream {} of the list {error}", index + 1);
            ProviderError::config(STREAMS, reason)
        })?;
        if !all.contains(&follows) {
            all.push(follows);
        }
        if all.len() > MAX_STREAMS {
            let reason = format!("must have at most {MAX_STREAMS} streams");
            return Err(ProviderError::config(STREAMS, reason));
        }
    }
    no_stream_twice(&all).map(|()| all)
}

/// Each event reaches a group once, so no stream may be followed twice.
fn no_stream_twice(all: &[Follows]) -> Result<(), ProviderError> {
    for one in all {
        let Follows::Beginning(start) = one else {
            continue;
        };
        let other = all.iter().find(|other| match other {
            Follows::One(name) => one.matches(name),
            Follows::Beginning(longer) => *other != one && longer.starts_with(start),
        });
        if let Some(other) = other {
            let reason = format!("has `{other}`, which `{one}` follows already");
            return Err(ProviderError::config(STREAMS, reason));
        }
    }
    Ok(())
}

fn group(actor: &str, config: &Config) -> Result<String, ProviderError> {
    let Some(name) = config.get(GROUP) else {
        return Ok(actor.to_owned());
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match (1..=64).contains(&name.len()) && name.chars().all(is_plain) {
        true => Ok(name.to_owned()),
        false => {
            let reason = "must have 1 to 64 letters, digits, `-` and `_`";
            Err(ProviderError::config(GROUP, reason))
        }
    }
}

fn start(config: &Config) -> Result<Start, ProviderError> {
    match config.get(START) {
        None | Some("first") => Ok(Start::First),
        Some("new") => Ok(Start::New),
        Some(id) if id.starts_with(|c: char| c.is_ascii_digit()) => Ok(Start::After(id.to_owned())),
        Some(_) => {
            let reason = "must be `first`, `new`, or the id of an event";
            Err(ProviderError::config(START, reason))
        }
    }
}

fn dead_letters(config: &Config, follows: &[Follows]) -> Result<DeadLetters, ProviderError> {
    let name = match config.get(DEAD_LETTERS) {
        None => return Ok(DeadLetters::OfStream),
        Some("") => return Ok(DeadLetters::Dropped),
        Some(name) => name,
    };
    let wrong = |reason| Err(ProviderError::config(DEAD_LETTERS, reason));
    if let Err(error) = check_name(name) {
        return wrong(format!("the name of the stream {error}"));
    }
    match follows.iter().any(|follows| follows.matches(name)) {
        true => wrong(format!(
            "must not be a stream of `STREAMS`, and `{name}` is one"
        )),
        false => Ok(DeadLetters::Named(name.to_owned())),
    }
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
            ("STREAMS", ""),
            ("STREAMS", "a,,b"),
            ("STREAMS", "a b"),
            ("STREAMS", "a*b"),
            ("STREAMS", "a*,ab"),
            ("STREAMS", "*,a*"),
            ("GROUP", ""),
            ("GROUP", "two words"),
            ("START", "last"),
            ("MAX_TRIES", "-1"),
            ("BACKOFF", "1s,,2s"),
            ("BACKOFF", "soon"),
            ("DEAD_LETTERS", "a b"),
            ("MAX_EVENT", "9MiB"),
        ] {
            let error = read([(key, value)]).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
        }
        let error = read([("STREAMS", "a*"), ("DEAD_LETTERS", "ab")]).unwrap_err();
        assert!(error.to_string().contains("`DEAD_LETTERS`"), "{error}");
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = KEYS.iter().filter_map(|key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            Some((key.name, value))
        });
        assert_eq!(read(documented).unwrap(), read([]).unwrap());
        assert_eq!(read([]).unwrap().group, "MACTOR");
    }

    #[test]
    fn a_list_of_streams_is_trimmed_and_has_no_duplicates() {
        let settings = read([("STREAMS", " a* ,b,a*,dead.a"), ("MAX_TRIES", "0")]).unwrap();
        let streams: Vec<_> = settings.follows.iter().map(ToString::to_string).collect();
        assert_eq!(streams, ["a*", "b", "dead.a"]);
        assert_eq!(settings.tries, None);
    }
}
