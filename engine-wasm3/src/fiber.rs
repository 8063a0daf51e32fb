//! Runs a function of a guest on its own stack, so that it can be suspended.
//!
//! # Soundness
//! `corosensei`'s coroutines are not `Send`, because their stacks may hold anything. The coroutines here
//! only run [`Vm::call`], and are suspended only in an import below it. The stack then holds frames of
//! wasm3, which keep pointers into data that the [`Vm`] owns; frames of [`Vm::call`] and the import,
//! which hold numbers, such pointers and borrows of those; and the `Vm` itself, which is `Send`.
//! None of them holds a lock or other data of its thread. Neither wasm3 nor those frames use
//! thread-local data both before and after the suspension. Rust counts panics in thread-local data,
//! so imports suspend outside of their `catch_unwind`.
//!
//! A coroutine must not be unwound through C. So a dropped fiber stops its import, which wasm3 sees as a
//! trap, and runs until wasm3 has returned.

#![expect(
    unsafe_code,
    reason = "to move a suspended stack between threads; see above"
)]

use crate::fault::Stopped;
use crate::stacks::Stacks;
use crate::suspend::{Event, Signal, Suspend};
use crate::vm::Vm;
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use std::io;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// A job for a [`Vm`].
pub(crate) type Job = fn(&mut Vm, &dyn Suspend, [u32; 2]) -> Result<i32, Stopped>;

/// The `Vm` and the result of a job that has ended.
pub(crate) type Ended = (Box<Vm>, Result<i32, Stopped>);

/// A suspended job.
pub(crate) struct Fiber {
    coroutine: ManuallyDrop<Coroutine<Signal, Event, Ended, DefaultStack>>,
    stacks: Arc<Stacks>,
}

/// The state in which a job returns control.
pub(crate) enum Advance {
    Suspended(Fiber, Event),
    Ended(Ended),
}

// SAFETY: as the head of this file says.
unsafe impl Send for Fiber {}

impl Fiber {
    /// Begins `job`.
    ///
    /// # Errors
    /// If there is no memory for a stack. `vm` is then dropped.
    pub(crate) fn begin(
        mut vm: Box<Vm>,
        job: Job,
        arguments: [u32; 2],
        stacks: Arc<Stacks>,
    ) -> io::Result<Advance> {
        let stack = stacks.take()?;
        let coroutine = Coroutine::with_stack(stack, move |yielder, _| {
            let result = job(&mut vm, &Suspending(yielder), arguments);
            (vm, result)
        });
        let fiber = Self {
            coroutine: ManuallyDrop::new(coroutine),
            stacks,
        };
        Ok(fiber.resume(Signal::Continue))
    }

    /// Answers the last event and continues the job.
    pub(crate) fn resume(mut self, signal: Signal) -> Advance {
        match self.coroutine.resume(signal) {
            CoroutineResult::Yield(event) => Advance::Suspended(self, event),
            CoroutineResult::Return(ended) => Advance::Ended(ended),
        }
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        while !self.coroutine.done() {
            // A job that suspends again gets another stop. The `Vm` of a job that ends is dropped here.
            drop(self.coroutine.resume(Signal::Stop));
        }
        // SAFETY: taken once, since `self` is being dropped.
        let coroutine = unsafe { ManuallyDrop::take(&mut self.coroutine) };
        self.stacks.give_back(coroutine.into_stack());
    }
}

struct Suspending<'y>(&'y Yielder<Signal, Event>);

impl Suspend for Suspending<'_> {
    fn suspend(&self, event: Event) -> Signal {
        self.0.suspend(event)
    }
}
