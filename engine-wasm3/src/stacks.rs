//! Stacks of their own for what runs in wasm3, whose native recursion nobody else's stack is
//! made for.

use corosensei::stack::DefaultStack;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Beside the most that [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes) can be, and wasm3
/// itself allows, 8 MiB each, what imports need. Only what is touched becomes memory.
const STACK_BYTES: usize = 9 * 1024 * 1024;

/// Stacks that are kept, since to map one costs as much as a short call.
const KEPT: usize = 16;

/// Where stacks come from, and go when a call is over.
#[derive(Default)]
pub(crate) struct Stacks(Mutex<Vec<DefaultStack>>);

impl Stacks {
    pub(crate) fn take(&self) -> io::Result<DefaultStack> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.map_or_else(|| DefaultStack::new(STACK_BYTES), Ok)
    }

    pub(crate) fn give_back(&self, stack: DefaultStack) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(stack);
        }
    }

    /// Runs `f`, which does not wait, on a stack.
    pub(crate) fn on_one<T>(&self, f: impl FnOnce() -> T) -> io::Result<T> {
        let mut stack = self.take()?;
        let result = corosensei::on_stack(&mut stack, f);
        self.give_back(stack);
        Ok(result)
    }
}

impl fmt::Debug for Stacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stacks").finish_non_exhaustive()
    }
}
