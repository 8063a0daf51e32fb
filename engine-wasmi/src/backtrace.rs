//! Backtraces of traps. wasmi does not expose its call stack. With [`backtraces`](crate::Wasmi::backtraces),
//! the guest's module is rewritten to keep a second one.

use crate::state::State;
use capwire_wapc::CallError;
use capwire_wapc_rewrite::Names;
use capwire_wapc_rewrite::shadow_stack::{MEMORY, POINTER, calls};
use std::sync::Arc;
use wasmi::{Global, Instance, Memory, Store, Val};

/// The second call stack of an instance.
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

    /// Removes the calls that an exit ended. It must run before each call.
    pub(crate) fn clear(&self, store: &mut Store<State>) {
        // It fails only for a global of another type.
        let _ = self.pointer.set(store, Val::I32(0));
    }

    /// Returns the error with the functions that were being called.
    pub(crate) fn tell(&self, store: &Store<State>, error: CallError) -> CallError {
        let pointer = self.pointer.get(store).i32().unwrap_or_default();
        let calls = calls(self.memory.data(store), pointer.cast_unsigned());
        error.with_frames(self.names.frames(calls))
    }
}
