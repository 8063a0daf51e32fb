//! Recent output: the last lines that a guest printed, kept for the report of a trap.

use crate::error::CallError;
use crate::world::{NoEntropy, World};
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The number of lines that are kept, and the maximum bytes of each.
const LINES: usize = 8;
const LINE_BYTES: usize = 1_024;

/// A guest's world that keeps the last lines of the console.
pub(crate) struct RecentOutput {
    world: Arc<dyn World>,
    /// True if there are lines. Most calls print none, and then take no lock.
    any: AtomicBool,
    lines: Mutex<VecDeque<String>>,
}

impl RecentOutput {
    pub(crate) fn new(world: Arc<dyn World>) -> Self {
        Self {
            world,
            any: AtomicBool::new(false),
            lines: Mutex::default(),
        }
    }

    /// Drops the lines of the previous call.
    pub(crate) fn clear(&self) {
        if self.any.load(Ordering::Relaxed) {
            self.any.store(false, Ordering::Relaxed);
            self.lines().clear();
        }
    }

    /// Returns the error; a trap that has no message gets the last lines as its message.
    pub(crate) fn explain(&self, error: CallError) -> CallError {
        match error {
            CallError::Trap(trap) => {
                let lines: Vec<String> = self.lines().iter().cloned().collect();
                trap.saying(&lines.join("\n")).into()
            }
            other => other,
        }
    }

    fn keep(&self, line: &str) {
        let mut lines = self.lines();
        let mut kept = match lines.len() < LINES {
            true => String::new(),
            false => lines.pop_front().unwrap_or_default(),
        };
        kept.clear();
        kept.push_str(line.split_at(line.floor_char_boundary(LINE_BYTES)).0);
        lines.push_back(kept);
        self.any.store(true, Ordering::Relaxed);
    }

    fn lines(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for RecentOutput {
    fn console(&self, line: &str) {
        self.keep(line);
        self.world.console(line);
    }

    fn realtime(&self) -> Duration {
        self.world.realtime()
    }

    fn monotonic(&self) -> Duration {
        self.world.monotonic()
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        self.world.random(buffer)
    }
}

impl fmt::Debug for RecentOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecentOutput").finish_non_exhaustive()
    }
}
