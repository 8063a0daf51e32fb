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
];

/// Bytes: `16MiB`.
pub(crate) fn size(text: &str) -> Result<u64, Problem> {
    read(text, SIZES).ok_or_else(|| Problem::NoAmount {
        expected: "a size such as `16MiB`",
        help: "write a whole number and a unit: B, KiB, MiB or GiB",
        found: text.to_owned(),
    })
}

/// `100ms`
pub(crate) fn time(text: &str) -> Result<Duration, Problem> {
    let microseconds = read(text, TIMES).ok_or_else(|| Problem::NoAmount {
        expected: "a time such as `100ms`",
        help: "write a whole number and a unit: us, ms, s, m or h",
        found: text.to_owned(),
    })?;
    Ok(Duration::from_micros(microseconds))
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
