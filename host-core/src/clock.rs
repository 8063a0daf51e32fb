//! The clock of a host: the system's clocks, or a clock that a test controls.

mod budget;
mod cpu_budget;
mod manual;
mod system;

pub(crate) use budget::{Budget, Overspent};
pub(crate) use cpu_budget::CpuBudget;
pub use manual::ManualClock;
pub use system::SystemClock;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A future that completes when a clock reaches a time.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The source of all times in a host.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the time since 1970-01-01T00:00:00Z, for claims that expire. It may jump.
    fn unix(&self) -> Duration;

    /// Returns the time since an arbitrary fixed point, for deadlines. It never decreases.
    fn monotonic(&self) -> Duration;

    /// Returns the CPU time of the calling thread, for CPU budgets.
    fn thread_cpu(&self) -> Duration;

    /// Waits until [`monotonic`](Self::monotonic) reaches `time`.
    fn sleep_until(&self, time: Duration) -> Sleep;
}
