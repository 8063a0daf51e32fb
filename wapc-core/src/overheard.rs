//! The last lines that a guest printed, for whoever has to find out why it trapped.

use crate::error::CallError;
use crate::world::{NoEntropy, World};
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many lines are remembered, and how many bytes of each.
const LINES: usize = 8;
const LINE_BYTES: usize = 1_024;

/// A guest's world, with an ear on its console.
pub(crate) struct Overheard {
    world: Arc<dyn World>,
    /// Whether there are lines: most calls print none and so take no lock.
    any: AtomicBool,
    lines: Mutex<VecDeque<String>>,
}

impl Overheard {
    pub(crate) fn new(world: Arc<dyn World>) -> Self {
        Self {
            world,
            any: AtomicBool::new(false),
            lines: Mutex::default(),
        }
    }

    /// Another call begins.
    pub(crate) fn forget(&self) {
        if self.any.load(Ordering::Relaxed) {
            self.any.store(false, Ordering::Relaxed);
            self.lines().clear();
        }
    }

    /// The error with what the guest printed last, if it trapped and said nothing else.
    pub(crate) fn explain(&self, error: CallError) -> CallError {
        match error {
            CallError::Trap(trap) => {
                let lines: Vec<String> = self.lines().iter().cloned().collect();
                trap.saying(&lines.join("\n")).into()
            }
            other => other,
        }
    }

    fn remember(&self, line: &str) {
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

impl World for Overheard {
    fn console(&self, line: &str) {
        self.remember(line);
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

impl fmt::Debug for Overheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overheard").finish_non_exhaustive()
    }
}
