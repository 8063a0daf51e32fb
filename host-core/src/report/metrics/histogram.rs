//! A latency histogram of the calls of one operation.

use super::{CallMetrics, Durations};
use crate::error::ErrorKind;
use crate::report::Outcome;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The upper bounds of the buckets in microseconds, from the fastest calls to the default deadline.
const BOUNDS: [u64; 18] = [
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
    500_000, 1_000_000, 5_000_000, 30_000_000,
];

/// Counts the calls of one operation by outcome and latency.
#[derive(Debug, Default)]
pub(crate) struct LatencyHistogram {
    in_flight: AtomicU64,
    errors: [AtomicU64; ErrorKind::ALL.len()],
    abandoned: AtomicU64,
    buckets: [AtomicU64; BOUNDS.len()],
    longer: AtomicU64,
    nanos: AtomicU64,
}

impl LatencyHistogram {
    /// Records the beginning of a call. Each must [`end`](Self::end) once.
    pub(crate) fn begin(&self) {
        self.in_flight.fetch_add(1, Relaxed);
    }

    /// Records that a call ended after `took`.
    pub(crate) fn end(&self, took: Duration, outcome: Outcome) {
        self.in_flight.fetch_sub(1, Relaxed);
        match outcome {
            Outcome::Served => {}
            Outcome::Failed(kind) => {
                if let Some(errors) = self.errors.get(kind as usize) {
                    errors.fetch_add(1, Relaxed);
                }
            }
            Outcome::Abandoned => {
                self.abandoned.fetch_add(1, Relaxed);
            }
            Outcome::Repeated => return,
        }
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Relaxed);
        let bucket = BOUNDS.partition_point(|bound| bound.saturating_mul(1_000) < nanos);
        let bucket = self.buckets.get(bucket).unwrap_or(&self.longer);
        bucket.fetch_add(1, Relaxed);
    }

    /// Reads all counters.
    pub(crate) fn read(&self) -> CallMetrics {
        let errors = ErrorKind::ALL.into_iter().zip(&self.errors);
        let errors = errors.map(|(kind, errors)| (kind, errors.load(Relaxed)));
        let buckets = BOUNDS.into_iter().zip(&self.buckets);
        let buckets = buckets.map(|(bound, count)| {
            let bound = Duration::from_micros(bound);
            (bound, count.load(Relaxed))
        });
        CallMetrics {
            in_flight: self.in_flight.load(Relaxed),
            errors: errors.filter(|(_, errors)| *errors > 0).collect(),
            abandoned: self.abandoned.load(Relaxed),
            durations: Durations {
                buckets: buckets.collect(),
                longer: self.longer.load(Relaxed),
                sum: Duration::from_nanos(self.nanos.load(Relaxed)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let histogram = LatencyHistogram::default();
        for nanos in [0, 10_000, 10_001, 30_000_000_000, 30_000_000_001] {
            histogram.begin();
            histogram.end(Duration::from_nanos(nanos), Outcome::Served);
        }
        let read = histogram.read();
        let counts: Vec<_> = read
            .durations
            .buckets
            .iter()
            .map(|(_, count)| *count)
            .collect();
        assert_eq!((counts[0], counts[1], counts[17]), (2, 1, 1));
        assert_eq!((read.durations.longer, read.ended()), (1, 5));
        assert_eq!(read.durations.sum, Duration::from_nanos(60_000_020_002));
    }

    #[test]
    fn ends_are_told_apart() {
        let histogram = LatencyHistogram::default();
        for ended in [
            Outcome::Served,
            Outcome::Failed(ErrorKind::Denied),
            Outcome::Failed(ErrorKind::Middleware),
            Outcome::Failed(ErrorKind::Middleware),
            Outcome::Abandoned,
        ] {
            histogram.begin();
            histogram.end(Duration::ZERO, ended);
        }
        histogram.begin();
        let read = histogram.read();
        let errors = [(ErrorKind::Denied, 1), (ErrorKind::Middleware, 2)];
        assert_eq!(read.errors, errors);
        assert_eq!((read.abandoned, read.in_flight, read.ended()), (1, 1, 5));
    }
}
