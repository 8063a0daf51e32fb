//! The system's clocks, with a wall clock that can be put forward.

use capwire::{Clock, Sleep, SystemClock};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The system's clocks. Time on the wall also passes when it is told to, CPU time only when a
/// thread computes: so nothing has to wait to find out whether waiting is billed.
#[derive(Clone, Debug, Default)]
pub struct Wall {
    system: SystemClock,
    ahead: Arc<AtomicU64>,
    stutter: Duration,
}

impl Wall {
    /// A wall clock that jumps by `stutter` whenever somebody looks at it: so does time for a
    /// thread that others push aside.
    #[must_use]
    pub fn stuttering(stutter: Duration) -> Self {
        Self {
            stutter,
            ..Self::default()
        }
    }

    /// Puts the clock on the wall forward.
    pub fn pass(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.ahead.fetch_add(nanos, Relaxed);
    }

    fn ahead(&self) -> Duration {
        Duration::from_nanos(self.ahead.load(Relaxed))
    }
}

impl Clock for Wall {
    fn unix(&self) -> Duration {
        self.system.unix()
    }

    fn monotonic(&self) -> Duration {
        self.pass(self.stutter);
        self.system.monotonic() + self.ahead()
    }

    fn thread_cpu(&self) -> Duration {
        self.system.thread_cpu()
    }

    fn sleep_until(&self, time: Duration) -> Sleep {
        self.system.sleep_until(time.saturating_sub(self.ahead()))
    }
}
