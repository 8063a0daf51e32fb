//! The options of a canary.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A part of a whole, in hundredths of a percent.
///
/// ```
/// use capwire_host::Proportion;
///
/// let share: Proportion = "2.5%".parse()?;
/// assert_eq!(share.basis_points(), 250);
/// assert_eq!(share.to_string(), "2.5%");
/// assert!("0%".parse::<Proportion>().is_ok() && "101%".parse::<Proportion>().is_err());
/// # Ok::<(), capwire_host::ProportionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proportion(u16);

/// A text that is not a percentage from 0 % to 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a percentage from 0% to 100% with at most two decimals, such as 10% or 0.5%")]
pub struct ProportionError;

impl Proportion {
    /// The basis points of the whole.
    pub(crate) const WHOLE: u16 = 10_000;

    /// Returns so many hundredths of a percent, or `None` if they are more than 10,000.
    #[must_use]
    pub const fn from_basis_points(points: u16) -> Option<Self> {
        match points <= Self::WHOLE {
            true => Some(Self(points)),
            false => None,
        }
    }

    /// Returns the hundredths of a percent.
    #[must_use]
    pub const fn basis_points(self) -> u16 {
        self.0
    }

    /// Returns this part of `count`, rounded down.
    pub(crate) fn of(self, count: u64) -> u64 {
        let part = u128::from(count) * u128::from(self.0) / u128::from(Self::WHOLE);
        // It is at most the count.
        u64::try_from(part).unwrap_or(count)
    }
}

impl FromStr for Proportion {
    type Err = ProportionError;

    fn from_str(text: &str) -> Result<Self, ProportionError> {
        let digits = text.strip_suffix('%').ok_or(ProportionError)?;
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(part) || part.len() > 2 {
            return Err(ProportionError);
        }
        let hundredths = format!("{whole}{part:0<2}");
        let points: u16 = hundredths.parse().map_err(|_| ProportionError)?;
        Self::from_basis_points(points).ok_or(ProportionError)
    }
}

impl fmt::Display for Proportion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match part {
            0 => write!(f, "{whole}%"),
            part if part % 10 == 0 => write!(f, "{whole}.{}%", part / 10),
            part => write!(f, "{whole}.{part:02}%"),
        }
    }
}

/// A new version gets a share of the calls for some time before it takes over. If too many of them
/// fail, the old version stays.
///
/// ```
/// use capwire_host::{Canary, Proportion};
/// use std::time::Duration;
///
/// let share = Proportion::from_basis_points(1_000).ok_or("too large")?;
/// let canary = Canary::new(share, Duration::from_secs(30));
/// assert_eq!(canary.max_errors.to_string(), "1%");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Canary {
    /// The part of the new calls that enter the new version. It must not be 0 %.
    pub share: Proportion,
    /// The time until it takes over.
    pub time: Duration,
    /// The greatest part of its calls that may fail: by an error of the actor, a trap, a limit, a full
    /// queue or a timeout. Default: 1 %.
    pub max_errors: Proportion,
}

impl Canary {
    /// Returns a canary with this `share` of the calls, for this `time`.
    #[must_use]
    pub fn new(share: Proportion, time: Duration) -> Self {
        Self {
            share,
            time,
            max_errors: Proportion(100),
        }
    }

    /// Sets [`max_errors`](Self::max_errors).
    #[must_use]
    pub fn with_max_errors(mut self, max_errors: Proportion) -> Self {
        self.max_errors = max_errors;
        self
    }

    /// Returns true if so many failures are too many, however many more calls come, up to the number
    /// of which one may fail.
    pub(crate) fn is_exceeded(&self, failed: u64, calls: u64) -> bool {
        let one_may_fail = u64::from(Proportion::WHOLE).checked_div(self.max_errors.0.into());
        let calls = calls.max(one_may_fail.unwrap_or(0));
        failed > self.max_errors.of(calls)
    }
}

#[cfg(test)]
mod tests {
    use super::{Canary, Proportion};
    use std::time::Duration;

    #[test]
    fn percentages_are_read_strictly() {
        let points = |text: &str| text.parse().ok().map(Proportion::basis_points);
        for (text, expected) in [
            ("100%", Some(10_000)),
            ("100.00%", Some(10_000)),
            ("0.05%", Some(5)),
            ("0.5%", Some(50)),
            ("007%", Some(700)),
            ("100.01%", None),
            ("655.36%", None),
            ("99999999%", None),
            ("0.005%", None),
            ("1.%", None),
            (".5%", None),
            ("+1%", None),
            ("1", None),
            ("%", None),
            ("", None),
            ("1 %", None),
            ("1,5%", None),
        ] {
            assert_eq!(points(text), expected, "{text}");
        }
        for points in 0..=10_000 {
            let one = Proportion::from_basis_points(points).unwrap();
            assert_eq!(one.to_string().parse(), Ok(one));
        }
    }

    #[test]
    fn a_few_early_failures_are_not_too_many() {
        let percent = |text: &str| text.parse::<Proportion>().unwrap();
        let canary = Canary::new(percent("10%"), Duration::from_secs(1));
        let exceeded = |failed, calls| canary.is_exceeded(failed, calls);
        assert!(!exceeded(0, 0) && !exceeded(1, 1) && exceeded(2, 2));
        assert!(!exceeded(10, 1_000) && exceeded(11, 1_000));
        let none = canary.with_max_errors(percent("0%"));
        assert!(!none.is_exceeded(0, 5) && none.is_exceeded(1, 1_000_000));
        let all = canary.with_max_errors(percent("100%"));
        assert!(!all.is_exceeded(u64::MAX, u64::MAX));
    }
}
