//! The thread that advances an engine's epoch. Guests compare the epoch with the end of their slice.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, Thread};
use std::time::Duration;
use wasmtime::Engine;

const TICK: Duration = Duration::from_millis(1);

/// Ticks between two checks of whether the thread may sleep. A check visits all guests.
const TICKS_BETWEEN_LOOKS: u32 = 64;

/// An engine's clock. It ticks while guests run, and stops when it is dropped.
pub(crate) struct Clock {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    /// A flag for each guest, true while it runs. Each guest has its own flag, so that cores do not
    /// contend for one.
    guests: Mutex<Vec<Weak<AtomicBool>>>,
    ticks: AtomicU64,
    asleep: AtomicBool,
    ended: AtomicBool,
}

/// A guest's handle of the clock.
pub(crate) struct GuestClock {
    clock: Arc<Clock>,
    runs: Arc<AtomicBool>,
}

/// The tick at which a slice ends. It is counted here too, since wasmtime does not expose its count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(u64);

/// A guard that keeps the clock ticking until it is dropped.
pub(crate) struct Running<'a>(&'a AtomicBool);

/// Converts a slice into ticks. It adds one, since the current tick may be nearly over.
pub(crate) fn ticks(slice: Duration) -> u64 {
    let ticks = slice.as_nanos().div_ceil(TICK.as_nanos());
    // A huge slice must not overflow when it is added to the epoch.
    u64::try_from(ticks).unwrap_or(u64::MAX).min(u64::MAX / 2) + 1
}

impl Clock {
    pub(crate) fn start(engine: &Engine) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (engine, ticking) = (engine.clone(), Arc::clone(&shared));
        let thread = thread::Builder::new()
            .name("wasmtime-epochs".to_owned())
            .spawn(move || ticking.run(&engine))?;
        Ok(Self {
            shared,
            thread: thread.thread().clone(),
        })
    }

    /// Returns the deadline in `ticks` from now.
    pub(crate) fn after(&self, ticks: u64) -> Deadline {
        Deadline(self.shared.ticks.load(SeqCst).saturating_add(ticks))
    }

    /// Returns the ticks that are left until `deadline`.
    pub(crate) fn until(&self, deadline: Deadline) -> u64 {
        deadline.0.saturating_sub(self.shared.ticks.load(SeqCst))
    }

    pub(crate) fn guest(self: &Arc<Self>) -> GuestClock {
        let runs = Arc::new(AtomicBool::new(false));
        self.shared.guests().push(Arc::downgrade(&runs));
        GuestClock {
            clock: Arc::clone(self),
            runs,
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.shared.ended.store(true, SeqCst);
        self.thread.unpark();
    }
}

impl GuestClock {
    pub(crate) fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// Keeps the clock ticking until the result is dropped.
    pub(crate) fn run(&self) -> Running<'_> {
        // Either this sees that the thread is about to sleep, or the thread sees the new flag.
        self.runs.store(true, SeqCst);
        if self.clock.shared.asleep.load(SeqCst) {
            self.clock.thread.unpark();
        }
        Running(&self.runs)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}

impl Shared {
    fn run(&self, engine: &Engine) {
        while !self.ended.load(SeqCst) {
            for _ in 0..TICKS_BETWEEN_LOOKS {
                thread::park_timeout(TICK);
                engine.increment_epoch();
                self.ticks.fetch_add(1, SeqCst);
            }
            self.sleep_unless_needed();
        }
    }

    fn sleep_unless_needed(&self) {
        self.asleep.store(true, SeqCst);
        if !self.ended.load(SeqCst) && !self.any_guest_runs() {
            thread::park();
        }
        self.asleep.store(false, SeqCst);
    }

    fn any_guest_runs(&self) -> bool {
        let mut any = false;
        self.guests().retain(|runs| match runs.upgrade() {
            Some(runs) => {
                any |= runs.load(SeqCst);
                true
            }
            None => false,
        });
        any
    }

    fn guests(&self) -> std::sync::MutexGuard<'_, Vec<Weak<AtomicBool>>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
