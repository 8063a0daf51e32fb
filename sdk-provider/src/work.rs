//! Work for a call: its limits, and the token with which work on other threads heeds them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// After this many steps, work looks at the limits of its call.
const STEPS_PER_CHECK: usize = 256;

/// The limits of a call, as its host enforces them.
pub trait CallLimits: Send + Sync {
    /// Returns the time until the deadline of the call, or `None` if there is no deadline.
    fn time_left(&self) -> Option<Duration>;

    /// Returns true if nobody waits for the answer any more.
    fn is_given_up(&self) -> bool;

    /// Returns the CPU time of the calling thread.
    fn thread_cpu(&self) -> Duration;

    /// Charges CPU time to the budget of the caller. Returns false if the budget is used up.
    fn charge(&self, cpu: Duration) -> bool;

    /// Returns the same limits, for work that may go on when the provider's future is dropped.
    fn shared(&self) -> Arc<dyn CallLimits>;
}

/// The authority of a caller, as its host enforces it.
pub trait CallAuthority: Send + Sync {
    /// Returns true if the caller may use `operation` of the provider's contract on `resource`.
    fn may_use(&self, operation: &str, resource: &str) -> bool;
}

/// The reason why work for a call must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkEnded {
    /// The caller has gone, or the deadline of the call has passed. Nobody sees the answer.
    #[error("nobody waits for the answer any more")]
    GivenUp,
    /// The caller has used up its CPU budget.
    #[error("the call has used up its CPU budget")]
    Overspent,
}

/// Tells work on any thread whether its call still waits for it. Clones share one state.
///
/// ```
/// use capwire_provider::WorkToken;
///
/// let token = WorkToken::default();
/// assert!(!token.is_given_up());
/// token.clone().give_up();
/// assert!(token.is_given_up());
/// ```
#[derive(Clone, Default)]
pub struct WorkToken(Arc<State>);

#[derive(Default)]
struct State {
    given_up: AtomicBool,
    limits: Option<Arc<dyn CallLimits>>,
}

impl WorkToken {
    /// Returns a token for a call with these limits.
    pub(crate) fn new(limits: Option<Arc<dyn CallLimits>>) -> Self {
        Self(Arc::new(State {
            given_up: AtomicBool::new(false),
            limits,
        }))
    }

    /// Returns true if nobody waits for the work any more: the caller has gone, the deadline of the
    /// call has passed, or the work was [given up](Self::give_up).
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.0.given_up.load(Ordering::Acquire)
            || self.limits().is_some_and(CallLimits::is_given_up)
    }

    /// Charges CPU time that was spent for the call elsewhere, such as in another process.
    ///
    /// # Errors
    /// Returns an error if the budget of the call is used up, or nobody waits for the answer.
    pub fn charge(&self, cpu: Duration) -> Result<(), WorkEnded> {
        match self.limits().is_none_or(|limits| limits.charge(cpu)) {
            false => Err(WorkEnded::Overspent),
            true if self.is_given_up() => Err(WorkEnded::GivenUp),
            true => Ok(()),
        }
    }

    /// Ends the work at its next check.
    pub fn give_up(&self) {
        self.0.given_up.store(true, Ordering::Release);
    }

    /// Returns the time until the deadline of the call, or `None` if there is no deadline.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.limits()?.time_left()
    }

    /// Begins work on the calling thread.
    #[must_use]
    pub fn begin(&self) -> Work {
        Work {
            token: self.clone(),
            done: Arc::new(Done {
                mark: AtomicU64::new(nanoseconds(self.thread_cpu())),
                steps: AtomicUsize::new(0),
            }),
        }
    }

    /// Runs `work` that serves several calls at once, such as a commit of their writes, and charges
    /// its CPU time to the budgets of the callers in equal parts.
    ///
    /// ```
    /// use capwire_provider::WorkToken;
    ///
    /// let calls = [WorkToken::default(), WorkToken::default()];
    /// assert_eq!(WorkToken::share(&calls, || 2 + 2), 4);
    /// ```
    pub fn share<'t, R>(calls: impl IntoIterator<Item = &'t Self>, work: impl FnOnce() -> R) -> R {
        let limits: Vec<_> = calls.into_iter().filter_map(Self::limits).collect();
        let cpu = || {
            limits
                .first()
                .map_or(Duration::ZERO, |call| call.thread_cpu())
        };
        let before = cpu();
        let result = work();
        let calls = u32::try_from(limits.len()).unwrap_or(u32::MAX).max(1);
        let part = cpu().saturating_sub(before) / calls;
        for call in &limits {
            // A caller that has used up its budget ends when it gets its answer.
            call.charge(part);
        }
        result
    }

    fn limits(&self) -> Option<&dyn CallLimits> {
        self.0.limits.as_deref()
    }

    fn thread_cpu(&self) -> Duration {
        self.limits().map_or(Duration::ZERO, CallLimits::thread_cpu)
    }
}

impl fmt::Debug for WorkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkToken")
            .field("given_up", &self.is_given_up())
            .field("time_left", &self.time_left())
            .finish()
    }
}

/// Work for a call on one thread. Its CPU time is charged to the caller's budget.
///
/// Count the work with [`step`](Self::step), and end it with the error of a step:
///
/// ```
/// use capwire_provider::{WorkEnded, WorkToken};
///
/// fn longest(words: &[&str], token: &WorkToken) -> Result<usize, WorkEnded> {
///     let work = token.begin();
///     let mut longest = 0;
///     for word in words {
///         work.step()?;
///         longest = longest.max(word.len());
///     }
///     Ok(longest)
/// }
///
/// let token = WorkToken::default();
/// assert_eq!(longest(&["a", "bcd"], &token), Ok(3));
/// token.give_up();
/// assert_eq!(longest(&["a"; 1_000], &token), Err(WorkEnded::GivenUp));
/// ```
///
/// Clones are the same work, for callbacks of a library that runs on the same thread. Drop them
/// there before the work ends.
#[derive(Clone)]
pub struct Work {
    token: WorkToken,
    done: Arc<Done>,
}

/// The work that was done. One thread uses it, so the order of accesses does not matter.
struct Done {
    /// The thread's CPU time that is charged, in nanoseconds.
    mark: AtomicU64,
    /// The steps since the last check.
    steps: AtomicUsize,
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Work {
    /// Counts one step, such as an element that was read. Every so many steps, checks whether the
    /// work must end.
    ///
    /// # Errors
    /// Returns the errors of [`check`](Self::check).
    pub fn step(&self) -> Result<(), WorkEnded> {
        self.steps(1)
    }

    /// Counts `count` steps; otherwise as [`step`](Self::step).
    ///
    /// # Errors
    /// Returns the errors of [`check`](Self::check).
    pub fn steps(&self, count: usize) -> Result<(), WorkEnded> {
        let steps = self.done.steps.load(Ordering::Relaxed);
        let steps = steps.saturating_add(count);
        self.done.steps.store(steps, Ordering::Relaxed);
        if steps < STEPS_PER_CHECK {
            return Ok(());
        }
        self.check()
    }

    /// Charges the work since the last check, and checks whether it must end.
    ///
    /// # Errors
    /// Returns the reason why the work must end: the caller has gone, the deadline has passed, or
    /// the caller's CPU budget is used up.
    pub fn check(&self) -> Result<(), WorkEnded> {
        self.done.steps.store(0, Ordering::Relaxed);
        if !self.charge() {
            return Err(WorkEnded::Overspent);
        }
        match self.token.is_given_up() {
            true => Err(WorkEnded::GivenUp),
            false => Ok(()),
        }
    }

    /// Returns false if the budget is used up.
    fn charge(&self) -> bool {
        let Some(limits) = self.token.limits() else {
            return true;
        };
        let now = nanoseconds(limits.thread_cpu());
        let before = self.done.mark.swap(now, Ordering::Relaxed);
        limits.charge(Duration::from_nanos(now.saturating_sub(before)))
    }
}

/// Charges the rest of the work.
impl Drop for Work {
    fn drop(&mut self) {
        self.charge();
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
