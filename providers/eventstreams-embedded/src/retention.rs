//! The size and the age of the events of a space.

use crate::keys::{MAX_AGE, MAX_BYTES, WHEN_FULL};
use capwire_embedded_common::Moment;
use capwire_provider::{Config, ProviderError};

/// The default of `MAX_BYTES`.
const DEFAULT_QUOTA: u64 = 1 << 30;
const MILLIS_PER_DAY: u64 = 86_400_000;

/// The events that stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    /// The most bytes of all streams.
    pub(crate) quota: u64,
    /// `true` if the oldest events make room for new ones.
    pub(crate) discards: bool,
    /// In milliseconds. `None` means that events do not become too old.
    age: Option<u64>,
}

impl Retention {
    pub(crate) fn read(config: &Config) -> Result<Self, ProviderError> {
        let quota = config.size(MAX_BYTES, 1..=u64::MAX)?;
        let days = config.number(MAX_AGE, 1..=36_500_u64)?;
        let discards = match config.get(WHEN_FULL) {
            None | Some("refuse") => false,
            Some("discard") => true,
            Some(_) => {
                let reason = "must be `refuse` or `discard`";
                return Err(ProviderError::config(WHEN_FULL, reason));
            }
        };
        Ok(Self {
            quota: quota.unwrap_or(DEFAULT_QUOTA),
            discards,
            age: days.map(|days| days * MILLIS_PER_DAY),
        })
    }

    /// Returns the time of the oldest events that stay, in milliseconds since the Unix epoch.
    pub(crate) fn oldest(&self, now: Moment) -> u64 {
        self.age.map_or(0, |age| now.0.saturating_sub(age))
    }
}
