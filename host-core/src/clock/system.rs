//! The operating system's clocks.

use super::{Clock, Sleep};
use std::time::{Duration, Instant, SystemTime};

/// The clocks of the operating system. Sleeping needs a Tokio runtime with a timer.
///
/// Systems other than Unix have no clock of a thread's CPU time. There, elapsed time is charged
/// instead, so budgets are enforced but end sooner.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn unix(&self) -> Duration {
        // A clock before 1970 makes every token "not yet valid", which is the safe answer.
        SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    #[cfg(unix)]
    fn thread_cpu(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(time).unwrap_or_default()
    }

    #[cfg(not(unix))]
    fn thread_cpu(&self) -> Duration {
        self.monotonic()
    }

    fn sleep_until(&self, time: Duration) -> Sleep {
        match self.origin.checked_add(time) {
            Some(at) => Box::pin(tokio::time::sleep_until(at.into())),
            None => Box::pin(std::future::pending()),
        }
    }
}
