//! Numbers with units.
//!
//! A whole number and one unit, so that nobody has to know what `64M` or `1.5m` is taken for: units
//! of 1000 and of 1024 are not told apart by all programs, and neither are minutes and months.

use crate::error::Problem;
use std::time::Duration;

type Units = &'static [(&'static str, u64)];

/// In bytes.
const SIZES: Units = &[
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// In microseconds.
const TIMES: Units = &[
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("m", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
];

const TIME_HELP: &str = "write a whole number and a unit: us, ms, s, m, h or d";

/// A text that is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{TIME_HELP}")]
#[non_exhaustive]
pub struct NoTime;

/// The time that a text says, as times of manifests are written: a whole number of us, ms, s, m, h
/// or d.
///
/// ```
/// # use std::time::Duration;
/// assert_eq!(capwire_manifest::time("90m"), Ok(Duration::from_secs(5_400)));
/// assert!(capwire_manifest::time("1h 30m").is_err());
/// ```
///
/// # Errors
/// If it is written otherwise, or longer than 2^64 microseconds.
pub fn time(text: &str) -> Result<Duration, NoTime> {
    let microseconds = read(text, TIMES).ok_or(NoTime)?;
    Ok(Duration::from_micros(microseconds))
}

/// Bytes: `16MiB`.
pub(crate) fn size(text: &str) -> Result<u64, Problem> {
    read(text, SIZES).ok_or_else(|| Problem::NoAmount {
        expected: "a size such as `16MiB`",
        help: "write a whole number and a unit: B, KiB, MiB or GiB",
        found: text.to_owned(),
    })
}

/// Of a limit: `100ms`.
pub(crate) fn limit_time(text: &str) -> Result<Duration, Problem> {
    time(text).map_err(|_| Problem::NoAmount {
        expected: "a time such as `100ms`",
        help: TIME_HELP,
        found: text.to_owned(),
    })
}

/// A number without a unit: `4`.
pub(crate) fn count(text: &str) -> Result<u64, Problem> {
    read(text, &[("", 1)]).ok_or_else(|| Problem::NoAmount {
        expected: "a number such as `4`",
        help: "write a whole number, without a unit",
        found: text.to_owned(),
    })
}

/// What nobody can count to is not understood either.
fn read(text: &str, units: Units) -> Option<u64> {
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let unit = text.strip_prefix(digits)?.trim_start();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    if !digits.chars().all(|character| character.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}
