//! Access to the table of limits.

use crate::table::Limit;
use crate::unit::Unit;
use alloc::format;
use alloc::string::{String, ToString};
use core::ops::RangeInclusive;

/// An entry of the table.
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) option: &'static str,
    pub(crate) unit: Unit,
    pub(crate) range: RangeInclusive<u64>,
    pub(crate) multiple_of: u64,
    pub(crate) default: DefaultValue,
    pub(crate) about: &'static str,
}

impl Row {
    /// Returns an entry without a description, whose amounts need not be multiples of a number.
    pub(crate) const fn new(
        key: &'static str,
        option: &'static str,
        unit: Unit,
        range: RangeInclusive<u64>,
        default: u64,
    ) -> Self {
        Self {
            key,
            option,
            unit,
            range,
            multiple_of: 1,
            default: DefaultValue::Amount(default),
            about: "",
        }
    }
}

/// The default of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// An amount, in the limit's [unit](Limit::unit).
    Amount(u64),
    /// A value that cannot be written in a manifest: it depends on the machine, or there is no
    /// limit.
    Words(&'static str),
}

impl Limit {
    /// Returns the key of the limit in manifests, such as `stack`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.row().key
    }

    /// Returns the limit with this key.
    ///
    /// ```
    /// use capwire_limits::Limit;
    ///
    /// assert_eq!(Limit::from_key("cpu"), Some(Limit::Cpu));
    /// assert_eq!(Limit::from_key("cpu_budget"), None);
    /// ```
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|limit| limit.key() == key)
    }

    /// Returns the path of the limit in `ActorOptions` of `capwire-host`, such as
    /// `limits.stack_bytes`.
    #[must_use]
    pub const fn option(self) -> &'static str {
        self.row().option
    }

    /// Returns the unit of the limit's amounts.
    #[must_use]
    pub const fn unit(self) -> Unit {
        self.row().unit
    }

    /// Returns the amounts that the limit can have.
    #[must_use]
    pub const fn range(self) -> RangeInclusive<u64> {
        self.row().range
    }

    /// Returns the number of which each amount is a multiple: 1 for most limits.
    #[must_use]
    pub const fn multiple_of(self) -> u64 {
        self.row().multiple_of
    }

    /// Returns the default of the limit.
    #[must_use]
    pub const fn default(self) -> DefaultValue {
        self.row().default
    }

    /// Returns the description of the limit in complete sentences.
    #[must_use]
    pub const fn about(self) -> &'static str {
        self.row().about
    }

    /// Returns the default in the notation of manifests, or in words.
    #[must_use]
    pub fn default_text(self) -> String {
        match self.default() {
            DefaultValue::Amount(amount) => self.unit().show(amount),
            DefaultValue::Words(words) => words.to_string(),
        }
    }

    /// Returns the range in words.
    ///
    /// ```
    /// use capwire_limits::Limit;
    ///
    /// assert_eq!(Limit::Stack.range_text(), "16KiB to 8MiB");
    /// assert_eq!(Limit::Cpu.range_text(), "at least 1us");
    /// ```
    #[must_use]
    pub fn range_text(self) -> String {
        let (range, unit) = (self.range(), self.unit());
        let least = unit.show(*range.start());
        match *range.end() {
            u64::MAX => format!("at least {least}"),
            most => format!("{least} to {}", unit.show(most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DefaultValue, Limit};

    #[test]
    fn each_default_is_in_its_range_and_each_key_is_found() {
        for &limit in Limit::ALL {
            assert_eq!(Limit::from_key(limit.key()), Some(limit));
            if let DefaultValue::Amount(amount) = limit.default() {
                assert!(limit.range().contains(&amount), "{limit:?}");
                assert_eq!(limit.unit().parse(&limit.default_text()), Some(amount));
            }
            assert!(limit.about().ends_with('.'), "{limit:?}");
            assert!(!limit.about().contains(['"', '\\', '|']), "{limit:?}");
        }
    }
}
