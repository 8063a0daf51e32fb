//! Times, sizes and numbers in the values of a binding.

use crate::config::Config;
use crate::error::ProviderError;
use capwire_limits::Unit;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

impl Config {
    /// Returns the time of `key`, such as `500ms`, or `None` if it is not set. It is above zero, and at most a day.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if the value is no such time.
    ///
    /// ```
    /// use capwire_provider::Config;
    /// use std::time::Duration;
    ///
    /// let config = Config::from_iter([("TIMEOUT", "500ms"), ("PAUSE", "500")]);
    /// assert_eq!(config.time("TIMEOUT")?, Some(Duration::from_millis(500)));
    /// assert_eq!(config.time("OTHER")?, None);
    /// assert!(config.time("PAUSE").is_err());
    /// # Ok::<(), capwire_provider::ProviderError>(())
    /// ```
    pub fn time(&self, key: &'static str) -> Result<Option<Duration>, ProviderError> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        match Unit::Time.parse(text).map(Duration::from_micros) {
            None => {
                let reason = "must be a time with its unit, such as `500ms` or `30s`";
                Err(ProviderError::config(key, reason))
            }
            Some(Duration::ZERO) => Err(ProviderError::config(key, "must be longer than no time")),
            Some(time) if time > DAY => Err(ProviderError::config(key, "must be at most `1d`")),
            time => Ok(time),
        }
    }

    /// Returns the times of `key`, which are separated by commas and at most `most`, or `None` if it is not set.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if one of them is no time as of [`time`](Self::time), or if there are more.
    ///
    /// ```
    /// use capwire_provider::Config;
    /// use std::time::Duration;
    ///
    /// let config = Config::from_iter([("BACKOFF", "500ms, 5s")]);
    /// let times = config.times("BACKOFF", 10)?;
    /// assert_eq!(times, Some(vec![Duration::from_millis(500), Duration::from_secs(5)]));
    /// assert!(config.times("BACKOFF", 1).is_err());
    /// # Ok::<(), capwire_provider::ProviderError>(())
    /// ```
    pub fn times(
        &self,
        key: &'static str,
        most: usize,
    ) -> Result<Option<Vec<Duration>>, ProviderError> {
        let Some(list) = self.get(key) else {
            return Ok(None);
        };
        let mut times = Vec::new();
        for text in list.split(',').map(str::trim) {
            let one = Self::from_iter([(key, text)]);
            times.extend(one.time(key)?);
            if times.len() > most {
                let reason = format!("must have at most {most} times");
                return Err(ProviderError::config(key, reason));
            }
        }
        Ok(Some(times))
    }

    /// Returns the size of `key` in bytes, which may also be written without its unit, or `None` if it is not set.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if the value is no size, or is not in `range`.
    ///
    /// ```
    /// use capwire_provider::Config;
    ///
    /// let config = Config::from_iter([("MAX_BODY", "4KiB"), ("MAX_HEAD", "100")]);
    /// assert_eq!(config.size("MAX_BODY", 1..=u64::MAX)?, Some(4_096));
    /// assert_eq!(config.size("MAX_HEAD", 1..=1_000)?, Some(100));
    /// assert!(config.size("MAX_BODY", 1..=1_000).is_err());
    /// # Ok::<(), capwire_provider::ProviderError>(())
    /// ```
    pub fn size(
        &self,
        key: &'static str,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>, ProviderError> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        match text.parse().ok().or_else(|| Unit::Bytes.parse(text)) {
            None => {
                let reason = "must be a size such as `64KiB` or `4MiB`, or a number of bytes";
                Err(ProviderError::config(key, reason))
            }
            Some(bytes) if !range.contains(&bytes) => {
                let reason = match (*range.start(), *range.end()) {
                    (least, u64::MAX) => format!("must be at least {least} bytes"),
                    (least, most) => format!("must be from {least} to {most} bytes"),
                };
                Err(ProviderError::config(key, reason))
            }
            bytes => Ok(bytes),
        }
    }

    /// Returns the number of `key`, or `None` if it is not set.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if the value is no number in `range`.
    ///
    /// ```
    /// use capwire_provider::Config;
    ///
    /// let config = Config::from_iter([("MAX_CALLS", "16")]);
    /// assert_eq!(config.number("MAX_CALLS", 1..=4_096)?, Some(16));
    /// let error = config.number("MAX_CALLS", 1..=10).unwrap_err();
    /// assert!(error.to_string().contains("must be a number from 1 to 10"));
    /// # Ok::<(), capwire_provider::ProviderError>(())
    /// ```
    pub fn number<N: FromStr + PartialOrd + Display>(
        &self,
        key: &'static str,
        range: RangeInclusive<N>,
    ) -> Result<Option<N>, ProviderError> {
        match self.get(key).map(str::parse) {
            None => Ok(None),
            Some(Ok(number)) if range.contains(&number) => Ok(Some(number)),
            Some(_) => {
                let reason = format!("must be a number from {} to {}", range.start(), range.end());
                Err(ProviderError::config(key, reason))
            }
        }
    }
}
