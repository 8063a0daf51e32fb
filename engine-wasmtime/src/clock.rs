//! The thread that advances an engine's epoch, by which guests notice that their slice is over.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, Thread};
use std::time::Duration;
use wasmtime::Engine;

const TICK: Duration = Duration::from_millis(1);

/// How often the thread looks whether it may sleep. To look takes a while if there are many guests.
const TICKS_BETWEEN_LOOKS: u32 = 64;

/// An engine's clock. It ticks while guests run, and ends when it is dropped.
pub(crate) struct Clock {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    /// Whether each guest runs. A guest writes to its own flag only, so that many cores can.
    guests: Mutex<Vec<Weak<AtomicBool>>>,
    ticks: AtomicU64,
    asleep: AtomicBool,
    ended: AtomicBool,
}

/// A guest's part of the clock.
pub(crate) struct GuestClock {
    clock: Arc<Clock>,
    runs: Arc<AtomicBool>,
}

/// When a slice ends, in ticks. It is counted here a second time since wasmtime does not tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(u64);

/// While this lives the clock ticks.
pub(crate) struct Running<'a>(&'a AtomicBool);

/// A slice in ticks: one more, since the first one is nearly over at times.
pub(crate) fn ticks(slice: Duration) -> u64 {
    let ticks = slice.as_nanos().div_ceil(TICK.as_nanos());
    // What is beyond all time must still fit when it is added to the epoch.
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

    /// When `ticks` from now will have passed.
    pub(crate) fn after(&self, ticks: u64) -> Deadline {
        Deadline(self.shared.ticks.load(SeqCst).saturating_add(ticks))
    }

    /// How many ticks are left until `deadline`.
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

    /// Wakes the clock for as long as the result lives.
    pub(crate) fn run(&self) -> Running<'_> {
        // Either this sees that the thread is about to sleep, or the thread sees this.
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
