//! In which functions a guest trapped. wasmi tells nothing of its call stack, so the guest's module
//! keeps another one, if that is [wanted](crate::Wasmi::backtraces).

use crate::state::State;
use capwire_wapc::CallError;
use capwire_wapc_rewrite::Names;
use capwire_wapc_rewrite::shadow_stack::{MEMORY, POINTER, calls};
use std::sync::Arc;
use wasmi::{Global, Instance, Memory, Store, Val};

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
