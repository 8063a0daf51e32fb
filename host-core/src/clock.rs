//! Time as a value: the system's, or one that a test turns by hand.

mod cpu_budget;
mod manual;
mod system;

pub(crate) use cpu_budget::{CpuBudget, Overspent};
pub use manual::ManualClock;
pub use system::SystemClock;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A future that is done when a clock has reached a time.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// All that a host knows of time.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Time since 1970-01-01T00:00:00Z, for claims that expire. It may jump.
    fn unix(&self) -> Duration;

    /// Time since a fixed point of this clock's choice, never decreasing, for deadlines.
    fn monotonic(&self) -> Duration;

    /// Time that the calling thread has computed, for CPU budgets.
    fn thread_cpu(&self) -> Duration;

    /// Waits until [`monotonic`](Self::monotonic) has reached `time`.
    fn sleep_until(&self, time: Duration) -> Sleep;
}
