//! The ids of events: the time and a number, as those of Redis streams.

use std::fmt;
use std::str::FromStr;

/// The id of an event, such as `1764547200000-0`: milliseconds since the Unix epoch, and the number of the
/// event in this millisecond. Ids of a space increase, also if the clock goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventId {
    /// Milliseconds since the Unix epoch.
    pub millis: u64,
    /// The number of the event in this millisecond.
    pub number: u64,
}

/// A text that is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl EventId {
    /// The greatest id.
    pub const LAST: Self = Self {
        millis: u64::MAX,
        number: u64::MAX,
    };

    /// Returns the first id of a time, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn first_of(millis: u64) -> Self {
        Self { millis, number: 0 }
    }

    /// The id after the last one, for an event that is written at `now`, in milliseconds since the Unix
    /// epoch. `None` if there are no more ids.
    #[must_use]
    pub fn following(self, now: u64) -> Option<Self> {
        match now > self.millis {
            true => Some(Self {
                millis: now,
                number: 0,
            }),
            false => self.next(),
        }
    }

    /// The smallest id that is greater.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let Self { millis, number } = self;
        match number.checked_add(1) {
            Some(number) => Some(Self { millis, number }),
            None => millis
                .checked_add(1)
                .map(|millis| Self { millis, number: 0 }),
        }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.millis, self.number)
    }
}

impl FromStr for EventId {
    type Err = NotAnId;

    /// Reads an id, or milliseconds alone, which stand for the first id of that time.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (millis, number) = text.split_once('-').unwrap_or((text, "0"));
        let parse = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => text.parse().map_err(|_| NotAnId),
            false => Err(NotAnId),
        };
        Ok(Self {
            millis: parse(millis)?,
            number: parse(number)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{EventId, NotAnId};

    fn id(millis: u64, number: u64) -> EventId {
        EventId { millis, number }
    }

    #[test]
    fn ids_increase_also_if_the_clock_goes_back() {
        assert_eq!(id(5, 7).following(6), Some(id(6, 0)));
        assert_eq!(id(5, 7).following(5), Some(id(5, 8)));
        assert_eq!(id(5, 7).following(0), Some(id(5, 8)));
        assert_eq!(id(5, u64::MAX).following(5), Some(id(6, 0)));
        assert_eq!(id(u64::MAX, u64::MAX).following(5), None);
    }

    #[test]
    fn what_is_written_is_read() {
        for (text, read) in [("5-7", Ok(id(5, 7))), ("5", Ok(id(5, 0)))] {
            assert_eq!(text.parse(), read);
        }
        for text in [
            "",
            "-",
            "5-",
            "-7",
            "5-7-9",
            "+5",
            " 5",
            "5 ",
            "x",
            "99999999999999999999",
        ] {
            assert_eq!(text.parse::<EventId>(), Err(NotAnId), "{text}");
        }
        assert_eq!(id(5, 7).to_string(), "5-7");
    }
}
