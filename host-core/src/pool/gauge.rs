//! Counters of a pool, and an estimate of its waiting time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The shortest time after which a caller is asked to try again.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// The weight of the newest call in the average, as a power of two: one eighth.
const WEIGHT: u32 = 3;

/// Counters of a pool. They serve reports and estimates, and are not exact under contention.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    calls: AtomicU64,
    started: AtomicU64,
    average_nanos: AtomicU64,
}

impl Gauge {
    /// Records a completed call that held its instance for `took`.
    pub(super) fn record(&self, took: Duration) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let average = self.average_nanos.load(Ordering::Relaxed);
        let next = average - (average >> WEIGHT) + (took >> WEIGHT);
        self.average_nanos.store(next, Ordering::Relaxed);
    }

    /// Records that an instance was started.
    pub(super) fn start(&self) {
        self.started.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of completed calls.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Returns the number of instances that were ever started.
    pub(crate) fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    /// Estimates when the last of `waiting` calls is served by this many `instances`.
    pub(super) fn wait(&self, waiting: usize, instances: usize) -> Duration {
        let average = Duration::from_nanos(self.average_nanos.load(Ordering::Relaxed));
        let turns = waiting.div_ceil(instances.max(1));
        average
            .saturating_mul(u32::try_from(turns).unwrap_or(u32::MAX))
            .max(SHORTEST_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guess_grows_with_the_queue_and_shrinks_with_instances() {
        let gauge = Gauge::default();
        for _ in 0..100 {
            gauge.record(Duration::from_secs(1));
        }
        assert!(gauge.wait(8, 2) > Duration::from_secs(3));
        assert!(gauge.wait(8, 8) < Duration::from_secs(2));
    }
}
