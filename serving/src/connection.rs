//! The state of one connection, as its server and other connections see it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{self, Instant};

/// A client that sends or reads so many bytes makes progress.
pub(crate) const STEP: u64 = 64 << 10;
/// The time after which a client without progress gives way to others that need its place or its
/// memory.
const GRACE: Duration = Duration::from_secs(1);
/// The time for a connection to end after it was told to.
const ENDING: Duration = Duration::from_secs(1);

/// The current activity of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// It waits for a request.
    Waiting = 0,
    /// The client sends a body.
    Receiving = 1,
    /// The service computes.
    Working = 2,
    /// The client reads a response.
    Sending = 3,
}

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Connection {
    epoch: Instant,
    activity: AtomicU8,
    /// The begin of the activity, or of its last step, in milliseconds since `epoch`.
    since: AtomicU64,
    /// Bytes of the current step.
    moved: AtomicU64,
    /// `true` while it holds memory for a long head.
    has_long_head: AtomicBool,
    /// Closed when the connection must end.
    leave: Semaphore,
    /// Closed when the connection has ended.
    gone: Semaphore,
}

impl Connection {
    /// A connection that waits for its first request. All connections of a process have the same
    /// `epoch`.
    pub(crate) fn new(epoch: Instant) -> Self {
        let connection = Self {
            epoch,
            activity: AtomicU8::new(0),
            since: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            has_long_head: AtomicBool::new(false),
            leave: Semaphore::new(0),
            gone: Semaphore::new(0),
        };
        connection.begin(Activity::Waiting);
        connection
    }

    pub(crate) fn begin(&self, activity: Activity) {
        self.activity.store(activity as u8, Ordering::Relaxed);
        self.has_long_head.store(false, Ordering::Relaxed);
        self.step();
    }

    /// Reports that the connection holds memory for the head of a request.
    pub(crate) fn begin_long_head(&self) {
        self.step();
        self.has_long_head.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is(&self, activity: Activity) -> bool {
        self.activity.load(Ordering::Relaxed) == activity as u8
    }

    /// Counts bytes of a body. Returns `true` at the end of a step.
    pub(crate) fn moved(&self, bytes: usize) -> bool {
        let before = self.moved.fetch_add(bytes as u64, Ordering::Relaxed);
        let is_step = before.saturating_add(bytes as u64) >= STEP;
        if is_step {
            self.step();
        }
        is_step
    }

    fn step(&self) {
        let since = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.since.store(since, Ordering::Relaxed);
        self.moved.store(0, Ordering::Relaxed);
    }

    /// Returns the time since which this connection waits for its client, if it may be closed for
    /// that. Lower is longer.
    pub(crate) fn idle_since(&self) -> Option<u64> {
        let since = self.since.load(Ordering::Relaxed);
        let is_idle = self.is(Activity::Waiting) || self.is_stalled();
        is_idle.then_some(since)
    }

    /// Returns the time since which this connection holds memory and waits for its client.
    pub(crate) fn stalled_since(&self) -> Option<u64> {
        let since = self.since.load(Ordering::Relaxed);
        self.is_stalled().then_some(since)
    }

    fn is_stalled(&self) -> bool {
        let since = Duration::from_millis(self.since.load(Ordering::Relaxed));
        let is_slow = self.epoch.elapsed().saturating_sub(since) >= GRACE;
        let holds_memory = self.is(Activity::Receiving)
            || self.is(Activity::Sending)
            || self.has_long_head.load(Ordering::Relaxed);
        is_slow && holds_memory
    }

    /// Tells the connection to end, and waits until it has, for a bounded time.
    pub(crate) async fn close(&self) {
        self.leave.close();
        // An error in any case: nobody adds a permit.
        let gone = self.gone.acquire();
        if time::timeout(ENDING, gone).await.is_err() {
            tracing::debug!("a connection that must give way has not ended yet");
        }
    }

    /// Waits until the connection must end.
    pub(crate) async fn must_leave(&self) {
        drop(self.leave.acquire().await);
    }

    /// Returns `true` if the connection was told to end.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leave.is_closed()
    }

    /// Reports that the connection has ended.
    pub(crate) fn ended(&self) {
        self.gone.close();
    }
}
