//! The state of one timer.

use crate::clock::{Moment, millis};
use crate::missed::{Run, Span};
use crate::saved::{Own, Saved};
use crate::schedule::Schedule;
use crate::spec::Spec;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The maximum number of calls of one timer that wait.
const MOST_WAITING: usize = 1_000;

/// Returns a random number from 0 to its argument.
pub(crate) type Random = Arc<dyn Fn(u64) -> u64 + Send + Sync>;

/// A timer and its state.
pub(crate) struct Entry {
    pub(crate) spec: Spec,
    /// Tells the timer from an earlier one of the same name.
    pub(crate) number: u64,
    /// The moment from which its times count.
    pub(crate) from: Moment,
    schedule: Schedule,
    /// The moment until which calls were looked for.
    pub(crate) last: Moment,
    /// The moment until which all calls were made.
    pub(crate) made: Moment,
    /// The moment at which the next call begins.
    pub(crate) start: Option<Moment>,
    /// The calls that wait.
    pub(crate) waiting: VecDeque<Run>,
    /// The time until which calls could not be made, because one was under way.
    pub(crate) blocked: Moment,
}

impl Entry {
    /// Returns a timer whose times count from `from`, and whose calls until `last` were made.
    pub(crate) fn new(
        spec: Spec,
        number: u64,
        (from, last): (Moment, Moment),
        random: &Random,
    ) -> Self {
        let mut entry = Self {
            schedule: spec.times.from(from),
            spec,
            number,
            from,
            last,
            made: last,
            start: None,
            waiting: VecDeque::new(),
            blocked: Moment(i64::MIN),
        };
        entry.plan(random);
        entry
    }

    /// Gives the timer other values, with the same times.
    pub(crate) fn change(&mut self, spec: Spec, random: &Random) {
        self.spec = spec;
        self.plan(random);
    }

    /// Returns the time of the next call.
    pub(crate) fn next(&self) -> Option<Moment> {
        let waits = self.waiting.front().map(|run| run.scheduled);
        waits.or_else(|| self.schedule.next_after(self.last))
    }

    /// Returns `true` if the timer has no further call.
    pub(crate) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.start.is_none()
    }

    /// Decides when the next call begins.
    fn plan(&mut self, random: &Random) {
        let next = self.schedule.next_after(self.last);
        self.start = next.map(|next| next.after(self.delay(next, random)));
    }

    fn delay(&self, next: Moment, random: &Random) -> Duration {
        if self.spec.jitter.is_zero() {
            return Duration::ZERO;
        }
        let following = self.schedule.next_after(next);
        let half = following.map_or(Duration::MAX, |following| following.since(next) / 2);
        let most = u64::try_from(millis(self.spec.jitter.min(half))).unwrap_or_default();
        Duration::from_millis(random(most))
    }

    /// Moves the calls that are due at `now` to those that wait. Returns the number of those that are not
    /// made.
    pub(crate) fn look(&mut self, now: Moment, tolerance: Duration, random: &Random) -> u64 {
        let span = Span {
            from: self.last,
            now,
            blocked: self.blocked,
            tolerance: tolerance.saturating_add(self.spec.jitter),
        };
        let due = self.spec.missed.due(&self.schedule, span);
        if let Some(last) = due.last {
            self.last = last;
        }
        let mut skipped = due.skipped;
        for run in due.runs {
            match self.waiting.len() < MOST_WAITING {
                true => self.waiting.push_back(run),
                false => skipped += 1,
            }
        }
        self.plan(random);
        skipped
    }

    /// Returns the form in which the timer is stored.
    pub(crate) fn saved(&self, name: &str) -> Saved {
        Saved {
            name: name.to_owned(),
            schedule: self.to_string(),
            from: self.from.0,
            last: self.made.0,
            own: self.spec.own.then(|| Own::of(&self.spec)),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.schedule.fmt(f)
    }
}
