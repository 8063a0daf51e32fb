//! Separate stacks for wasm3. It recurses on the C stack, for which a thread's own stack may be too small.

use corosensei::stack::DefaultStack;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Bytes of address space of a stack: 8 MiB, which is the maximum of
/// [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes) and of wasm3 itself, and 1 MiB for
/// imports. Only pages that are touched take memory.
const STACK_BYTES: usize = 9 * 1024 * 1024;

/// Number of unused stacks that are kept, since mapping one costs as much as a short call.
const KEPT: usize = 16;

/// The unused stacks. A call takes one and gives it back at its end.
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

    /// Runs `f` on a stack. `f` must not suspend.
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
