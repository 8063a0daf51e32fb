//! The state of one connection, as its server and other connections see it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
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

/// The time for a client to acknowledge the end of its HTTP/2 connection.
pub(crate) const FAREWELL: Duration = Duration::from_secs(1);
/// The maximum number of requests that a client may cancel in excess of those that it lets finish.
const CANCELLED: u32 = 200;

/// The activity of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// The client sends a body.
    Receiving,
    /// The service computes.
    Working,
    /// The client reads a response.
    Sending,
}

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Connection {
    epoch: Instant,
    /// The client's end.
    address: SocketAddr,
    /// The numbers of its requests by activity. HTTP/1 has one request at a time.
    receiving: AtomicU32,
    working: AtomicU32,
    sending: AtomicU32,
    /// The begin of the wait for the client, or of its last step, in milliseconds since `epoch`.
    since: AtomicU64,
    /// Bytes of the current step.
    moved: AtomicU64,
    /// `true` while it holds memory for a long head.
    has_long_head: AtomicBool,
    /// The number of cancelled requests in excess of others.
    cancelled: AtomicU32,
    /// `true` if a request was answered before its body had arrived.
    has_unread: AtomicBool,
    /// Closed when the connection must end.
    leave: Semaphore,
    /// Closed when the connection has ended.
    gone: Semaphore,
}

impl Connection {
    /// A connection that waits for its first request. All connections of a process have the same
    /// `epoch`.
    pub(crate) fn new(epoch: Instant, address: SocketAddr) -> Self {
        let connection = Self {
            epoch,
            address,
            receiving: AtomicU32::new(0),
            working: AtomicU32::new(0),
            sending: AtomicU32::new(0),
            since: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            has_long_head: AtomicBool::new(false),
            cancelled: AtomicU32::new(0),
            has_unread: AtomicBool::new(false),
            leave: Semaphore::new(0),
            gone: Semaphore::new(0),
        };
        connection.step();
        connection
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the activity of one request. A request begins with nothing and ends with nothing.
    pub(crate) fn change(&self, from: Option<Activity>, to: Option<Activity>) {
        let before = self.waiting_for_client();
        // In this order, so that the connection does not seem idle in between.
        if let Some(to) = to {
            self.count(to).fetch_add(1, Ordering::Relaxed);
        }
        if let Some(from) = from {
            self.count(from).fetch_sub(1, Ordering::Relaxed);
        }
        self.changed(before);
    }

    /// Reports that the client of an HTTP/1 connection has all responses. Returns `true` if there was
    /// one.
    pub(crate) fn flushed(&self) -> bool {
        let before = self.waiting_for_client();
        let had_response = self.sending.swap(0, Ordering::Relaxed) > 0;
        if had_response {
            self.changed(before);
        }
        had_response
    }

    /// A request must not make the time of another one begin anew.
    fn changed(&self, before: u32) {
        self.has_long_head.store(false, Ordering::Relaxed);
        if before == 0 || self.waiting_for_client() == 0 {
            self.step();
        }
    }

    fn count(&self, activity: Activity) -> &AtomicU32 {
        match activity {
            Activity::Receiving => &self.receiving,
            Activity::Working => &self.working,
            Activity::Sending => &self.sending,
        }
    }

    /// Returns the number of requests that wait for the client.
    fn waiting_for_client(&self) -> u32 {
        let receiving = self.receiving.load(Ordering::Relaxed);
        receiving.saturating_add(self.sending.load(Ordering::Relaxed))
    }

    /// Returns `true` if no request is in progress.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting_for_client() == 0 && self.working.load(Ordering::Relaxed) == 0
    }

    /// Reports that a request was answered before its body had arrived.
    pub(crate) fn leave_unread(&self) {
        self.has_unread.store(true, Ordering::Relaxed);
    }

    /// Returns `true` if the client may still send the body of a request that was answered.
    pub(crate) fn has_unread(&self) -> bool {
        self.has_unread.load(Ordering::Relaxed)
    }

    /// Reports that the client cancelled a request. A client that mostly cancels is disconnected.
    pub(crate) fn cancelled(&self) {
        if self.cancelled.fetch_add(1, Ordering::Relaxed) >= CANCELLED {
            tracing::debug!("a client cancelled too many requests");
            self.leave.close();
        }
    }

    /// Reports that a request was answered.
    pub(crate) fn answered(&self) {
        let less = |cancelled: u32| cancelled.checked_sub(1);
        // An error means zero.
        let _ = self
            .cancelled
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Reports that the connection holds memory for the head of a request.
    pub(crate) fn begin_long_head(&self) {
        self.step();
        self.has_long_head.store(true, Ordering::Relaxed);
    }

    /// Counts bytes of a body. Returns `true` at the end of a step.
    pub(crate) fn moved(&self, bytes: usize) -> bool {
        let before = self.moved.fetch_add(bytes as u64, Ordering::Relaxed);
        // Several requests must make progress together.
        let step = STEP.saturating_mul(u64::from(self.waiting_for_client().max(1)));
        let is_step = before.saturating_add(bytes as u64) >= step;
        if is_step {
            self.step();
        }
        is_step
    }

    fn step(&self) {
        self.since.store(self.now(), Ordering::Relaxed);
        self.moved.store(0, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits until no request has been in progress for `span`, from now on.
    pub(crate) async fn idle_for(&self, span: Duration) {
        let begin = self.now();
        let since = || self.since.load(Ordering::Relaxed).max(begin);
        self.after(span, since, || self.is_waiting()).await;
    }

    /// Waits until the client has not read a step of a response for `span`.
    pub(crate) async fn unread_for(&self, span: Duration) {
        let since = || self.since.load(Ordering::Relaxed);
        let is_sending = || self.sending.load(Ordering::Relaxed) > 0;
        self.after(span, since, is_sending).await;
    }

    /// Waits until `is_so` at a time at least `span` after `since`.
    async fn after(&self, span: Duration, since: impl Fn() -> u64, is_so: impl Fn() -> bool) {
        loop {
            let passed = Duration::from_millis(self.now().saturating_sub(since()));
            let left = match is_so() {
                true if passed >= span => return,
                true => span.saturating_sub(passed),
                false => span,
            };
            time::sleep(left).await;
        }
    }

    /// Returns the time since which this connection waits for its client, if it may be closed for
    /// that. Lower is longer.
    pub(crate) fn idle_since(&self) -> Option<u64> {
        let since = self.since.load(Ordering::Relaxed);
        let is_idle = self.is_waiting() || self.is_stalled();
        is_idle.then_some(since)
    }

    /// Returns the time since which this connection holds memory and waits for its client.
    pub(crate) fn stalled_since(&self) -> Option<u64> {
        let since = self.since.load(Ordering::Relaxed);
        self.is_stalled().then_some(since)
    }

    fn is_stalled(&self) -> bool {
        let since = self.since.load(Ordering::Relaxed);
        let is_slow = Duration::from_millis(self.now().saturating_sub(since)) >= GRACE;
        let holds_memory =
            self.waiting_for_client() > 0 || self.has_long_head.load(Ordering::Relaxed);
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
