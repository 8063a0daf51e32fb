//! In which functions a guest trapped. wasmi tells nothing of its call stack, so the guest's module
//! keeps another one, if that is [wanted](crate::Wasmi::backtraces).

use crate::state::State;
use capwire_trace::{MEMORY, Names, POINTER, calls};
use capwire_wapc::CallError;
use std::borrow::Cow;
use std::sync::Arc;
use wasmi::{Global, Instance, Memory, Store, Val};

/// A module that keeps a stack for `depth` calls. What cannot keep one stays as it is, and has no names.
pub(crate) struct Traced<'a> {
    pub(crate) wasm: Cow<'a, [u8]>,
    pub(crate) names: Option<Arc<Names>>,
}

impl<'a> Traced<'a> {
    pub(crate) fn not(wasm: &'a [u8]) -> Self {
        Self {
            wasm: Cow::Borrowed(wasm),
            names: None,
        }
    }

    /// Of a valid module.
    pub(crate) fn new(wasm: &'a [u8], depth: usize) -> Self {
        let depth = u32::try_from(depth).unwrap_or(u32::MAX);
        match capwire_trace::with_stack(wasm, depth) {
            Some(traced) => Self {
                wasm: Cow::Owned(traced),
                names: Some(Arc::new(Names::of(wasm))),
            },
            None => Self::not(wasm),
        }
    }
}

/// An instance's stack.
pub(crate) struct Backtrace {
    memory: Memory,
    pointer: Global,
    names: Arc<Names>,
}

impl Backtrace {
    pub(crate) fn find(
        store: &Store<State>,
        instance: Instance,
        names: &Arc<Names>,
    ) -> Option<Self> {
        Some(Self {
            memory: instance.get_memory(store, MEMORY)?,
            pointer: instance.get_global(store, POINTER)?,
            names: Arc::clone(names),
        })
    }

    /// Forgets calls that an exit has ended. To be done before each call.
    pub(crate) fn clear(&self, store: &mut Store<State>) {
        // It fails only for a global of another type.
        let _ = self.pointer.set(store, Val::I32(0));
    }

    /// The error with where the guest is, if it is about code.
    pub(crate) fn tell(&self, store: &Store<State>, error: CallError) -> CallError {
        match error {
            CallError::Trap(trap) => {
                let pointer = self.pointer.get(store).i32().unwrap_or_default();
                let calls = calls(self.memory.data(store), pointer.cast_unsigned());
                trap.with_frames(self.names.frames(calls)).into()
            }
            error => error,
        }
    }
}
