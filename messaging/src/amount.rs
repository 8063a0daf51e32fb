//! Sizes and times in the values of a binding.

use capwire_limits::Unit;
use capwire_provider::{Config, ProviderError};
use std::ops::RangeInclusive;
use std::time::Duration;

/// Returns the size of `key` in bytes, which may also be written without its unit, or `None` if the
/// binding has none.
///
/// # Errors
/// Returns [`ProviderError::Config`] if the value is no size, or is not in `range`.
pub fn size(
    config: &Config,
    key: &'static str,
    range: RangeInclusive<u64>,
) -> Result<Option<usize>, ProviderError> {
    let Some(text) = config.get(key) else {
        return Ok(None);
    };
    let bytes = text.parse().ok().or_else(|| Unit::Bytes.parse(text));
    match bytes {
        None => {
            let reason = "must be a size such as `64KiB` or `4MiB`, or a number of bytes";
            Err(ProviderError::config(key, reason))
        }
        Some(bytes) if !range.contains(&bytes) => {
            let (least, most) = (range.start(), range.end());
            let reason = format!("must be from {least} to {most} bytes");
            Err(ProviderError::config(key, reason))
        }
        Some(bytes) => Ok(Some(usize::try_from(bytes).unwrap_or(usize::MAX))),
    }
}

/// Returns the time of `key`, which is at most a day, or `None` if the binding has none.
///
/// # Errors
/// Returns [`ProviderError::Config`] if the value is no time, no time at all, or longer than a day.
pub fn time(config: &Config, key: &'static str) -> Result<Option<Duration>, ProviderError> {
    const DAY: Duration = Duration::from_secs(86_400);
    let Some(text) = config.get(key) else {
        return Ok(None);
    };
    match Unit::Time.parse(text).map(Duration::from_micros) {
        None => {
            let reason = "must be a time with its unit, such as `500ms` or `30s`";
            Err(ProviderError::config(key, reason))
        }
        Some(time) if time.is_zero() || time > DAY => {
            let reason = "must be longer than no time, and at most `1d`";
            Err(ProviderError::config(key, reason))
        }
        time => Ok(time),
    }
}
