//! How calls ended, counted.

use crate::error::{Error, ErrorKind};
use std::sync::atomic::{AtomicU64, Ordering};

/// How calls of an actor ended. Each call is counted once, when it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallCounts {
    /// Those that were answered with a reply.
    pub served: u64,
    /// Those that were answered with an error: the actor's own, a trap, a limit, a full queue, or
    /// that it took too long.
    pub failed: u64,
    /// Those that were not answered, because their instance was taken away.
    pub dropped: u64,
    /// Those whose caller went away before the answer.
    pub abandoned: u64,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Served,
    Failed,
    Dropped,
    Abandoned,
}

/// Counts calls as they end.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    served: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
    abandoned: AtomicU64,
}

impl CallCounts {
    /// All of them, however they ended.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.served + self.failed + self.dropped + self.abandoned
    }

    /// Those that ended after `earlier` was taken.
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
            Err(error) if error.kind() == ErrorKind::Stopped => Self::Dropped,
            Err(_) => Self::Failed,
        }
    }
}

impl Tally {
    pub(crate) fn record(&self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Served => &self.served,
            Outcome::Failed => &self.failed,
            Outcome::Dropped => &self.dropped,
            Outcome::Abandoned => &self.abandoned,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts calls that were counted elsewhere.
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
