//! Calls counted by their outcome.

use crate::error::{CallFailure, Error, ErrorKind};
use std::sync::atomic::{AtomicU64, Ordering};

/// The calls of an actor by outcome. Each call is counted once, when it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallCounts {
    /// Calls that were answered with a reply.
    pub served: u64,
    /// Calls that were answered with an error: the actor's own, a trap, a limit, a full queue, or a
    /// timeout.
    pub failed: u64,
    /// Calls that got no answer, because their version was stopped before they finished.
    pub dropped: u64,
    /// Calls whose caller gave up before the answer.
    pub abandoned: u64,
}

/// The outcome of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Served,
    Failed(ErrorKind),
    /// The actor did not read the dialect of the call, which the caller repeats in another one. It is
    /// not counted.
    Repeated,
    /// The caller gave up before the answer.
    Abandoned,
}

/// Counts calls as they end.
#[derive(Debug, Default)]
pub(crate) struct CallCounters {
    served: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
    abandoned: AtomicU64,
}

impl CallCounts {
    /// All calls, whatever their outcome.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.served + self.failed + self.dropped + self.abandoned
    }

    /// Returns the calls that ended after `earlier` was read.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            served: self.served.saturating_sub(earlier.served),
            failed: self.failed.saturating_sub(earlier.failed),
            dropped: self.dropped.saturating_sub(earlier.dropped),
            abandoned: self.abandoned.saturating_sub(earlier.abandoned),
        }
    }

    pub(crate) fn and(self, others: Self) -> Self {
        Self {
            served: self.served + others.served,
            failed: self.failed + others.failed,
            dropped: self.dropped + others.dropped,
            abandoned: self.abandoned + others.abandoned,
        }
    }
}

impl Outcome {
    pub(crate) fn of<T>(result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Served,
            Err(error) if error.call_failure().is_some_and(CallFailure::is_repeated) => {
                Self::Repeated
            }
            Err(error) => Self::Failed(error.kind()),
        }
    }
}

impl CallCounters {
    pub(crate) fn record(&self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Served => &self.served,
            Outcome::Failed(ErrorKind::Stopped) => &self.dropped,
            Outcome::Failed(_) => &self.failed,
            Outcome::Abandoned => &self.abandoned,
            Outcome::Repeated => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds calls that another counter counted.
    pub(crate) fn add(&self, counts: CallCounts) {
        self.served.fetch_add(counts.served, Ordering::Relaxed);
        self.failed.fetch_add(counts.failed, Ordering::Relaxed);
        self.dropped.fetch_add(counts.dropped, Ordering::Relaxed);
        self.abandoned
            .fetch_add(counts.abandoned, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> CallCounts {
        CallCounts {
            served: self.served.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            abandoned: self.abandoned.load(Ordering::Relaxed),
        }
    }
}
