//! Parsing and formatting of amounts.
//!
//! An amount is a whole number and one unit. `64M` and `1.5m` are not amounts, because programs
//! disagree on whether `M` means 1000² or 1024², and whether `m` means minutes or months.

use alloc::format;
use alloc::string::String;

/// The unit of an amount, which is an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Bytes: `16MiB`.
    Bytes,
    /// Microseconds: `100ms`.
    Time,
    /// A number without a unit: `4`.
    Count,
}

impl Unit {
    /// Returns the names and factors of its multiples, from the smallest to the largest.
    const fn multiples(self) -> &'static [(&'static str, u64)] {
        match self {
            Self::Bytes => &[
                ("B", 1),
                ("KiB", 1 << 10),
                ("MiB", 1 << 20),
                ("GiB", 1 << 30),
            ],
            Self::Time => &[
                ("us", 1),
                ("ms", 1_000),
                ("s", 1_000_000),
                ("m", 60_000_000),
                ("h", 3_600_000_000),
                ("d", 86_400_000_000),
            ],
            Self::Count => &[("", 1)],
        }
    }

    /// Parses an amount, or returns `None` if `text` has another form or exceeds `u64::MAX`.
    ///
    /// ```
    /// use capwire_limits::Unit;
    ///
    /// assert_eq!(Unit::Bytes.parse("64KiB"), Some(65_536));
    /// assert_eq!(Unit::Time.parse("2 s"), Some(2_000_000));
    /// assert_eq!(Unit::Bytes.parse("64K"), None);
    /// ```
    #[must_use]
    pub fn parse(self, text: &str) -> Option<u64> {
        let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
        let unit = text.strip_prefix(digits)?.trim_start();
        let mut multiples = self.multiples().iter();
        let (_, factor) = multiples.find(|(name, _)| *name == unit)?;
        if !digits.chars().all(|character| character.is_ascii_digit()) {
            return None;
        }
        digits.parse::<u64>().ok()?.checked_mul(*factor)
    }

    /// Returns `amount` as [`parse`](Self::parse) reads it, in the largest unit that needs no
    /// fraction.
    ///
    /// ```
    /// use capwire_limits::Unit;
    ///
    /// assert_eq!(Unit::Bytes.show(1_088 << 10), "1088KiB");
    /// assert_eq!(Unit::Time.show(90_000_000), "90s");
    /// assert_eq!(Unit::Count.show(1_024), "1024");
    /// ```
    #[must_use]
    pub fn show(self, amount: u64) -> String {
        let mut multiples = self.multiples().iter().rev();
        let whole =
            |(_, factor): &&(&str, u64)| amount >= *factor && amount.is_multiple_of(*factor);
        let (name, factor) = multiples.find(whole).unwrap_or(&("", 1));
        match amount {
            0 => format!("0{}", self.multiples().first().map_or("", |(name, _)| name)),
            amount => format!("{}{name}", amount / factor),
        }
    }

    /// Returns the names of the units that can be written, as in `B, KiB, MiB or GiB`. A count has
    /// none.
    #[must_use]
    pub const fn names(self) -> &'static str {
        match self {
            Self::Bytes => "B, KiB, MiB or GiB",
            Self::Time => "us, ms, s, m, h or d",
            Self::Count => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn what_is_shown_is_read_again() {
        for unit in [Unit::Bytes, Unit::Time, Unit::Count] {
            for amount in [0, 1, 999, 1_000, 1_024, 65_536, 86_400_000_000, u64::MAX] {
                assert_eq!(unit.parse(&unit.show(amount)), Some(amount), "{unit:?}");
            }
            let names = unit.multiples().iter().map(|(name, _)| *name);
            assert!(names.into_iter().all(|name| unit.names().contains(name)));
        }
    }
}
