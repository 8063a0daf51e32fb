//! Cron patterns in a time zone. This file has the rule for hours that are skipped and repeated.

use crate::clock::Moment;
use crate::zone::Zone;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset};
use std::fmt;

/// The longest text of a pattern.
const LONGEST: usize = 256;

/// The calendar repeats itself after 400 years. A pattern is searched in these later years, because
/// croner gives up at the year 5000: so it looks at most 200 years ahead for one without a time.
const YEARS_LATER: i16 = 2_800;

/// A cron pattern in a time zone.
#[derive(Clone)]
pub(crate) struct Cron {
    text: String,
    pattern: croner::Cron,
    zone: Zone,
    follows_clock: bool,
}

impl Cron {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Returns the fault as a part of a sentence.
    pub(crate) fn read(text: &str, zone: Zone) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("is longer than {LONGEST} bytes"));
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let parser = CronParser::builder();
        let parser = parser.seconds(Seconds::Disallowed).year(Year::Disallowed);
        let pattern = parser.build().parse(&text).map_err(|error| {
            let error = error.to_string().to_lowercase();
            format!(
                "is not a cron pattern with five fields: {}",
                error.trim_end_matches('.')
            )
        })?;
        Ok(Self {
            follows_clock: follows_clock(&text),
            text,
            pattern,
            zone,
        })
    }

    /// Returns the text of the pattern.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the name of the time zone.
    pub(crate) fn zone(&self) -> &str {
        &self.zone.name
    }

    /// Returns the first moment after `moment`, or `None` if there is none.
    ///
    /// A pattern with a wildcard in its minute or hour follows the clock: a time that is skipped has no
    /// moment, and one that is repeated has two. Any other pattern has fixed times: one that is skipped
    /// has the first moment after the gap, and one that is repeated has its first moment.
    pub(crate) fn next_after(&self, moment: Moment) -> Option<Moment> {
        let after = Timestamp::from_millisecond(moment.0).ok()?;
        let local = self.zone.rules.to_datetime(after);
        let mut from = local.with().subsec_nanosecond(0).build().ok()?;
        // An earlier time of the clock may come again.
        if let AmbiguousOffset::Fold { before, after } = self.offset(from) {
            let repeated = before.duration_since(after);
            from = from.checked_sub(repeated).ok()?;
        }
        let mut best = None;
        loop {
            from = self.next_local(from)?;
            let (first, second) = self.instants(from)?;
            for candidate in [first, second].into_iter().flatten() {
                if candidate > after && best.is_none_or(|best| candidate < best) {
                    best = Some(candidate);
                }
            }
            // No later time of the clock has a moment before the first one of this.
            let reached = self.zone.rules.to_ambiguous_timestamp(from);
            let reached = reached.compatible().ok()?;
            if let Some(best) = best
                && reached >= best
            {
                return Some(Moment(best.as_millisecond()));
            }
        }
    }

    /// Returns the moments of a time of the clock that the pattern has.
    fn instants(&self, local: DateTime) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
        let at = |offset: Offset| offset.to_timestamp(local).ok();
        Some(match self.offset(local) {
            AmbiguousOffset::Unambiguous { offset } => (at(offset), None),
            AmbiguousOffset::Gap { .. } if self.follows_clock => (None, None),
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the later offset, the time is before the gap, and the next change is its end.
                let before = at(after)?;
                let mut changes = self.zone.rules.following(before);
                (changes.next().map(|change| change.timestamp()), None)
            }
            AmbiguousOffset::Fold { before, after } => {
                let second = if self.follows_clock { at(after) } else { None };
                (at(before), second)
            }
        })
    }

    fn offset(&self, local: DateTime) -> AmbiguousOffset {
        self.zone.rules.to_ambiguous_timestamp(local).offset()
    }

    /// Returns the next time of the clock that the pattern has.
    fn next_local(&self, after: DateTime) -> Option<DateTime> {
        let later = moved(after, YEARS_LATER)?;
        let found = self.pattern.find_next_occurrence(&later, false).ok()?;
        moved(found, -YEARS_LATER)
    }
}

fn moved(time: DateTime, years: i16) -> Option<DateTime> {
    let year = time.year().checked_add(years)?;
    time.with().year(year).build().ok()
}

/// Returns `true` if the minute or the hour of the pattern has a wildcard.
fn follows_clock(text: &str) -> bool {
    let mut fields = text.split(' ').take(2);
    text.eq_ignore_ascii_case("@hourly") || fields.any(|field| field.contains(['*', '?']))
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cron {} {}", self.text, self.zone.name)
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

#[cfg(test)]
mod year;

#[cfg(test)]
mod tests {
    use super::Cron;
    use crate::clock::Moment;
    use crate::zone::Zone;

    fn next(pattern: &str, zone: &str, after: &str) -> Vec<String> {
        let cron = Cron::read(pattern, Zone::named(zone).unwrap()).unwrap();
        let after: jiff::Timestamp = after.parse().unwrap();
        let first = Moment(after.as_millisecond());
        let times = std::iter::successors(cron.next_after(first), |it| cron.next_after(*it));
        times.take(3).map(|it| it.to_string()).collect()
    }

    /// On 29 March 2026, Berlin has no time from 2:00 to 3:00, which is 1:00 UTC.
    #[test]
    fn a_skipped_time_is_made_up_for_if_the_time_is_fixed() {
        let from = "2026-03-28T12:00:00Z";
        let fixed = next("30 2 * * *", "Europe/Berlin", from);
        assert_eq!(
            fixed,
            [
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z",
                "2026-03-31T00:30:00Z"
            ]
        );
        let several = next("0,30 2,3 29 3 *", "Europe/Berlin", from);
        assert_eq!(
            several[..2],
            ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]
        );
        let wildcard = next("*/30 2 * * *", "Europe/Berlin", from);
        assert_eq!(
            wildcard[..2],
            ["2026-03-30T00:00:00Z", "2026-03-30T00:30:00Z"]
        );
    }

    /// On 25 October 2026, Berlin has the time from 2:00 to 3:00 twice, from 0:00 UTC on.
    #[test]
    fn a_repeated_time_counts_once_if_the_time_is_fixed() {
        let from = "2026-10-24T23:30:00Z";
        let fixed = next("30 2 * * *", "Europe/Berlin", from);
        assert_eq!(fixed[..2], ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
        let wildcard = next("30 * * * *", "Europe/Berlin", from);
        assert_eq!(
            wildcard,
            [
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
                "2026-10-25T02:30:00Z"
            ]
        );
        // From the middle of either half.
        assert_eq!(
            next("*/20 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z"),
            [
                "2026-10-25T01:00:00Z",
                "2026-10-25T01:20:00Z",
                "2026-10-25T01:40:00Z"
            ]
        );
    }

    #[test]
    fn a_pattern_without_a_time_ends_the_search() {
        assert!(next("0 0 31 2 *", "UTC", "2026-01-01T00:00:00Z").is_empty());
        assert_eq!(
            next("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z")[0],
            "2104-02-29T00:00:00Z"
        );
    }

    #[test]
    fn a_malformed_pattern_is_refused() {
        let long = format!("0 0 * * {}1", "1,".repeat(200));
        for pattern in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "@reboot",
            "é * * * *",
            "*/0 * * * *",
            &long,
        ] {
            let read = Cron::read(pattern, Zone::utc());
            assert!(read.is_err(), "{pattern}: {read:?}");
        }
    }
}
