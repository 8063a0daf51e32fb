//! The times of a timer.

use crate::clock::{Moment, millis};
use crate::cron::Cron;
use capwire_limits::Unit;
use std::fmt;
use std::time::Duration;

/// The times of a timer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Schedule {
    /// The times of a cron pattern.
    Cron(Box<Cron>),
    /// One time each `period` after `from`, which is none itself.
    Every { period: Duration, from: Moment },
    /// One time.
    Once(Moment),
}

/// The times in a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// The newest ones, oldest first.
    pub(crate) newest: Vec<Moment>,
    /// The number of all, or at least [`MOST_COUNTED`].
    pub(crate) count: u64,
}

/// The number up to which missed times of a cron pattern are counted.
pub(crate) const MOST_COUNTED: usize = 10_000;

impl Schedule {
    /// Returns the first time after `moment`, or `None` if there is none.
    pub(crate) fn next_after(&self, moment: Moment) -> Option<Moment> {
        match self {
            Self::Cron(cron) => cron.next_after(moment),
            Self::Every { period, from } => {
                let number = number(*period, *from, moment).saturating_add(1);
                Some(nth(*period, *from, number))
            }
            Self::Once(at) => Some(*at).filter(|at| *at > moment),
        }
    }

    /// Returns the times after `from` until `to`, of which the `most` newest ones are listed.
    pub(crate) fn between(&self, from: Moment, to: Moment, most: usize) -> Times {
        if let Self::Every { period, from: zero } = self {
            let (first, last) = (number(*period, *zero, from), number(*period, *zero, to));
            let count = u64::try_from(last.saturating_sub(first)).unwrap_or_default();
            let listed = i64::try_from(most).unwrap_or(i64::MAX).min(last - first);
            let newest = (0..listed).map(|back| nth(*period, *zero, last - listed + 1 + back));
            return Times {
                newest: newest.collect(),
                count,
            };
        }
        let all = self.list(from, to);
        let count = all.len() as u64;
        let newest = match all.len() < MOST_COUNTED {
            true => all,
            false => self.newest(from, to, most),
        };
        let skipped = newest.len().saturating_sub(most);
        Times {
            newest: newest.into_iter().skip(skipped).collect(),
            count,
        }
    }

    /// Returns at least `most` of the newest times. The rest would take long to list.
    fn newest(&self, from: Moment, to: Moment, most: usize) -> Vec<Moment> {
        const HOUR: u64 = 3_600;
        for hours in [1, 24, 24 * 31, 24 * 366] {
            let span = Duration::from_secs(hours * HOUR);
            let start = Moment(to.0.saturating_sub(millis(span))).max(from);
            let times = self.list(start, to);
            if times.len() >= most {
                return times;
            }
        }
        self.list(from, to)
    }

    fn list(&self, from: Moment, to: Moment) -> Vec<Moment> {
        let times = std::iter::successors(self.next_after(from), |it| self.next_after(*it));
        let times = times.take_while(|it| *it <= to);
        times.take(MOST_COUNTED).collect()
    }
}

/// Returns the number of the last time until `moment`, which may be 0.
fn number(period: Duration, from: Moment, moment: Moment) -> i64 {
    let passed = moment.0.saturating_sub(from.0);
    passed.div_euclid(millis(period).max(1)).max(0)
}

fn nth(period: Duration, from: Moment, number: i64) -> Moment {
    Moment(
        from.0
            .saturating_add(millis(period).max(1).saturating_mul(number)),
    )
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cron(cron) => cron.fmt(f),
            Self::Every { period, .. } => {
                let micros = u64::try_from(period.as_micros()).unwrap_or(u64::MAX);
                write!(f, "every {}", Unit::Time.show(micros))
            }
            Self::Once(at) => write!(f, "at {at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_COUNTED, Schedule, Times};
    use crate::clock::Moment;
    use crate::cron::Cron;
    use crate::zone::Zone;
    use proptest::prelude::*;
    use std::time::Duration;

    const MINUTE: i64 = 60_000;

    fn minutely() -> Schedule {
        Schedule::Cron(Cron::read("* * * * *", Zone::utc()).unwrap().into())
    }

    #[test]
    fn times_in_a_span_are_counted_and_the_newest_listed() {
        let times = minutely().between(Moment(0), Moment(10 * MINUTE), 2);
        let newest = vec![Moment(9 * MINUTE), Moment(10 * MINUTE)];
        assert_eq!(times, Times { newest, count: 10 });
        let none = minutely().between(Moment(0), Moment(MINUTE - 1), 2);
        assert_eq!(none, Times::default());
    }

    /// A host that was off for years lists the newest times without listing all.
    #[test]
    fn a_long_span_has_its_newest_times() {
        let to = Moment(40 * 525_600 * MINUTE + 1);
        let times = minutely().between(Moment(0), to, 3);
        assert_eq!(times.count, MOST_COUNTED as u64);
        let last = Moment(to.0 - 1);
        assert_eq!((times.newest.len(), times.newest[2]), (3, last));
    }

    #[test]
    fn a_single_time_is_past_once_it_is_reached() {
        let once = Schedule::Once(Moment(5));
        assert_eq!(once.next_after(Moment(4)), Some(Moment(5)));
        assert_eq!(once.next_after(Moment(5)), None);
    }

    proptest! {
        #[test]
        fn an_interval_lists_what_it_has_step_by_step(
            period in 1_u64..50, zero in -100_i64..100, from in -200_i64..200, span in 0_i64..300, most in 1_usize..5,
        ) {
            let every = Schedule::Every { period: Duration::from_millis(period), from: Moment(zero) };
            let to = Moment(from + span);
            let steps = std::iter::successors(every.next_after(Moment(from)), |it| every.next_after(*it));
            let steps: Vec<Moment> = steps.take_while(|it| *it <= to).collect();
            let times = every.between(Moment(from), to, most);
            prop_assert_eq!(times.count, steps.len() as u64);
            prop_assert_eq!(&times.newest[..], &steps[steps.len().saturating_sub(most)..]);
        }
    }
}
