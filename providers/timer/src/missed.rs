//! The calls that are made for times that were missed.

use crate::clock::Moment;
use crate::schedule::Schedule;
use std::fmt;
use std::time::Duration;

/// The policy for missed calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Missed calls are not made.
    Skip,
    /// One call stands for all that were missed.
    Once,
    /// Each missed call is made, but not more than so many of the newest.
    All(usize),
}

/// The number of calls that `all` makes.
const ALL: usize = 100;
/// The maximum number.
const MOST: usize = 1_000;

impl Missed {
    /// Reads a policy.
    ///
    /// # Errors
    /// Returns the fault as a part of a sentence.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("must be `skip`, `once`, `all`, or `all` with a number up to {MOST}");
        match text.trim().split_once(' ') {
            None => match text.trim() {
                "skip" => Ok(Self::Skip),
                "once" => Ok(Self::Once),
                "all" => Ok(Self::All(ALL)),
                _ => Err(wrong()),
            },
            Some(("all", number)) => match number.trim().parse() {
                Ok(number @ 1..=MOST) => Ok(Self::All(number)),
                _ => Err(wrong()),
            },
            Some(_) => Err(wrong()),
        }
    }

    /// Returns `true` if a call that a host did not finish is made again.
    pub(crate) fn repeats(self) -> bool {
        self != Self::Skip
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skip => f.write_str("skip"),
            Self::Once => f.write_str("once"),
            Self::All(ALL) => f.write_str("all"),
            Self::All(number) => write!(f, "all {number}"),
        }
    }
}

/// A call that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) scheduled: Moment,
    /// The calls before it that are not made.
    pub(crate) missed: u64,
}

/// The calls of a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// The calls that are to be made, in their order.
    pub(crate) runs: Vec<Run>,
    /// The calls that are not made.
    pub(crate) skipped: u64,
    /// The last time of the span, if it has one.
    pub(crate) last: Option<Moment>,
}

/// The state in which due calls are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// The time until which calls were looked for.
    pub(crate) from: Moment,
    pub(crate) now: Moment,
    /// The time until which calls could not be made, because one was under way.
    pub(crate) blocked: Moment,
    /// The delay from which a call is missed.
    pub(crate) tolerance: Duration,
}

impl Missed {
    /// Returns the calls of `schedule` that are due.
    pub(crate) fn due(self, schedule: &Schedule, span: Span) -> Due {
        let most = match self {
            Self::All(number) => number,
            Self::Skip | Self::Once => 1,
        };
        let times = schedule.between(span.from, span.now, most);
        let last = times.newest.last().copied();
        let Some(newest) = last else {
            return Due::default();
        };
        let is_missed = newest <= span.blocked || span.now.since(newest) > span.tolerance;
        if self == Self::Skip && is_missed {
            return Due {
                runs: Vec::new(),
                skipped: times.count,
                last,
            };
        }
        let skipped = times.count.saturating_sub(times.newest.len() as u64);
        let runs = times.newest.into_iter().enumerate();
        let runs = runs.map(|(index, scheduled)| Run {
            scheduled,
            missed: if index == 0 { skipped } else { 0 },
        });
        Due {
            runs: runs.collect(),
            skipped,
            last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Due, Missed, Run, Span};
    use crate::clock::Moment;
    use crate::schedule::Schedule;
    use std::time::Duration;

    /// Returns the calls of a timer that is due each 10 ms, and is looked at at 35 ms.
    fn due(missed: &str, blocked: i64, tolerance: u64) -> (Vec<(i64, u64)>, u64) {
        let schedule = Schedule::Every {
            period: Duration::from_millis(10),
            from: Moment(0),
        };
        let span = Span {
            from: Moment(0),
            now: Moment(35),
            blocked: Moment(blocked),
            tolerance: Duration::from_millis(tolerance),
        };
        let Due {
            runs,
            skipped,
            last,
        } = Missed::read(missed).unwrap().due(&schedule, span);
        assert_eq!(last, Some(Moment(30)));
        let runs = runs
            .iter()
            .map(|Run { scheduled, missed }| (scheduled.0, *missed));
        (runs.collect(), skipped)
    }

    #[test]
    fn a_policy_decides_about_missed_calls() {
        assert_eq!(due("skip", 0, 100), (vec![(30, 2)], 2));
        assert_eq!(due("skip", 0, 4), (vec![], 3));
        assert_eq!(due("skip", 30, 100), (vec![], 3));
        assert_eq!(due("once", 35, 4), (vec![(30, 2)], 2));
        assert_eq!(due("all", 35, 4), (vec![(10, 0), (20, 0), (30, 0)], 0));
        assert_eq!(due("all 2", 35, 4), (vec![(20, 1), (30, 0)], 1));
    }

    #[test]
    fn a_malformed_policy_is_refused() {
        for text in ["", "never", "all 0", "all 1001", "all many", "once 2"] {
            assert!(Missed::read(text).is_err(), "{text}");
        }
        for text in ["skip", "once", "all", "all 7"] {
            assert_eq!(Missed::read(text).unwrap().to_string(), text);
        }
    }
}
