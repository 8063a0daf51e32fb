//! A clock that moves only when a test advances it.

use super::{Clock, Sleep};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A clock for tests. It moves only when [`advance`](Self::advance) is called. Clones show the same
/// time.
///
/// ```
/// use capwire_host::{Clock, ManualClock};
/// use std::time::Duration;
///
/// let clock = ManualClock::at(Duration::from_secs(1_000));
/// clock.advance(Duration::from_secs(5));
/// assert_eq!(clock.unix(), Duration::from_secs(1_005));
/// assert_eq!(clock.monotonic(), Duration::from_secs(5));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock {
    start: Duration,
    elapsed: Arc<watch::Sender<Duration>>,
}

impl ManualClock {
    /// Returns a clock at `unix` (time since the epoch).
    #[must_use]
    pub fn at(unix: Duration) -> Self {
        Self {
            start: unix,
            elapsed: Arc::new(watch::Sender::new(Duration::ZERO)),
        }
    }

    /// Moves all times of the clock forward, and wakes the futures that wait for them.
    pub fn advance(&self, by: Duration) {
        self.elapsed
            .send_modify(|elapsed| *elapsed = elapsed.saturating_add(by));
    }
}

impl Clock for ManualClock {
    fn unix(&self) -> Duration {
        self.start.saturating_add(self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        *self.elapsed.borrow()
    }

    fn thread_cpu(&self) -> Duration {
        self.monotonic()
    }

    fn sleep_until(&self, time: Duration) -> Sleep {
        let mut elapsed = self.elapsed.subscribe();
        // The sender lives in the clock; if that is gone, time stands still for ever.
        Box::pin(async move {
            if elapsed.wait_for(|now| *now >= time).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
