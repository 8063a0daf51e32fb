//! The limits of a call that a test controls.

use capwire_provider::CallLimits;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Limits that allow so many checks of the work for a call. Clones share the count.
#[derive(Clone, Debug)]
pub struct Allowed(Arc<Count>);

#[derive(Debug)]
struct Count {
    checks: usize,
    then: Then,
    charged: AtomicUsize,
}

/// The end of a call after its checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Overspent,
    Gone,
}

impl Allowed {
    /// The budget is used up after so many checks.
    #[must_use]
    pub fn checks(checks: usize) -> Self {
        Self::new(checks, Then::Overspent)
    }

    /// The caller goes after so many checks.
    #[must_use]
    pub fn checks_before_the_caller_goes(checks: usize) -> Self {
        Self::new(checks, Then::Gone)
    }

    fn new(checks: usize, then: Then) -> Self {
        let charged = AtomicUsize::new(0);
        Self(Arc::new(Count {
            checks,
            then,
            charged,
        }))
    }

    /// Returns how often work was charged.
    #[must_use]
    pub fn charged(&self) -> usize {
        self.0.charged.load(Ordering::SeqCst)
    }

    fn is_over(&self, then: Then) -> bool {
        self.0.then == then && self.charged() > self.0.checks
    }
}

impl CallLimits for Allowed {
    fn time_left(&self) -> Option<Duration> {
        None
    }

    fn is_given_up(&self) -> bool {
        self.is_over(Then::Gone)
    }

    fn thread_cpu(&self) -> Duration {
        Duration::ZERO
    }

    fn charge(&self, _: Duration) -> bool {
        self.0.charged.fetch_add(1, Ordering::SeqCst);
        !self.is_over(Then::Overspent)
    }

    fn shared(&self) -> Arc<dyn CallLimits> {
        Arc::new(self.clone())
    }
}

/// A deadline that is so far away. Nothing else limits the call.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Duration);

impl CallLimits for Deadline {
    fn time_left(&self) -> Option<Duration> {
        Some(self.0)
    }

    fn is_given_up(&self) -> bool {
        false
    }

    fn thread_cpu(&self) -> Duration {
        Duration::ZERO
    }

    fn charge(&self, _: Duration) -> bool {
        true
    }

    fn shared(&self) -> Arc<dyn CallLimits> {
        Arc::new(*self)
    }
}
