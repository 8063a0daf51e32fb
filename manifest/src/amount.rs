//! Times other than limits.

use capwire_limits::Unit;
use std::time::Duration;

/// The error for a text that is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a whole number and a unit: {}", Unit::Time.names())]
#[non_exhaustive]
pub struct NoTime;

/// Parses a time in the notation of manifests: a whole number of us, ms, s, m, h or d.
///
/// ```
/// # use std::time::Duration;
/// assert_eq!(capwire_manifest::time("90m"), Ok(Duration::from_secs(5_400)));
/// assert!(capwire_manifest::time("1h 30m").is_err());
/// ```
///
/// # Errors
/// Returns [`NoTime`] if `text` has another form or exceeds 2^64 microseconds.
pub fn time(text: &str) -> Result<Duration, NoTime> {
    Unit::Time
        .parse(text)
        .map(Duration::from_micros)
        .ok_or(NoTime)
}
