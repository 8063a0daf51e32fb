//! A stack of the functions that are being called, which the host reads when the guest has trapped: for
//! engines that tell nothing of their call stacks.
//!
//! The module gets a memory and a global, which its own code cannot reach. A function pushes its index when
//! it is called:
//!
//! ```text
//! (global.set $pointer (local.tee $here (i32.add (global.get $pointer) (i32.const 4))))
//! (i32.store $stack (local.get $here) (i32.const INDEX))
//! ```
//!
//! and nothing when it returns, however it does. Its caller puts the pointer back behind the call:
//!
//! ```text
//! (call …)
//! (global.set $pointer (local.get $here))
//! ```

use crate::additions::Additions;
use crate::editor::Editor;
use crate::opcodes::{CALL, CALL_INDIRECT, RETURN};
use crate::step::Step;
use wasm_encoder::{MemArg, MemoryType};

/// The export that is the stack, a memory. The engine needs several memories, and pages of one byte: the
/// stack's size is never a multiple of WebAssembly's pages, by which a limiter can tell it from the
/// guest's own memory.
pub const MEMORY: &str = "capwire shadow stack";

/// The export that is the stack's pointer, a mutable global of type `i32`. The host sets it to 0
/// before it calls a function.
pub const POINTER: &str = "capwire shadow stack pointer";

/// Returns the functions that are being called, the innermost first, from a stack's bytes and pointer.
pub fn calls(stack: &[u8], pointer: u32) -> impl Iterator<Item = u32> {
    let end = (pointer as usize).saturating_add(ENTRY as usize);
    // The first entry is never written.
    let (entries, _) = stack.get(..end).unwrap_or(stack).as_chunks();
    entries
        .iter()
        .skip(1)
        .rev()
        .map(|entry| u32::from_le_bytes(*entry))
}

/// Bytes of an entry: an index.
const ENTRY: u32 = 4;

/// Pushes an entry where a function begins, and puts the pointer back behind calls.
pub(crate) struct ShadowStack {
    memory: u32,
    pointer: u32,
    /// How many functions are imported. They do not move the pointer.
    imported: u32,
    /// The current function's local for where its entry is.
    here: u32,
}

impl ShadowStack {
    /// Adds a stack for `depth` calls, one in the other.
    pub(crate) fn add(depth: u32, imported: u32, additions: &mut Additions) -> Self {
        // An entry of each call, one before them that is never written, and one byte.
        let bytes = (u64::from(depth) + 1) * u64::from(ENTRY) + 1;
        let memory = MemoryType {
            minimum: bytes,
            maximum: Some(bytes),
            memory64: false,
            shared: false,
            page_size_log2: Some(0),
        };
        Self {
            memory: additions.memory(MEMORY, memory),
            pointer: additions.global(POINTER),
            imported,
            here: 0,
        }
    }

    pub(crate) fn begin(&mut self, function: u32, editor: &mut Editor<'_>) {
        let (here, pointer) = (editor.add_local(), self.pointer);
        self.here = here;
        editor
            .at_start()
            .global_get(pointer)
            .i32_const(ENTRY.cast_signed())
            .i32_add()
            .local_tee(here)
            .global_set(pointer)
            .local_get(here)
            .i32_const(function.cast_signed())
            .i32_store(MemArg {
                offset: 0,
                align: ENTRY.ilog2(),
                memory_index: self.memory,
            });
    }

    /// Puts the pointer back if the previous operator moved it and the function goes on. If the function
    /// returns here, its caller does that.
    pub(crate) fn step(&self, step: &Step<'_, '_>, editor: &mut Editor<'_>) {
        let returns = step.is_last() || step.opcode == RETURN;
        if !returns && self.is_behind_call(step) {
            let mut code = editor.before(step.place);
            code.local_get(self.here).global_set(self.pointer);
        }
    }

    fn is_behind_call(&self, step: &Step<'_, '_>) -> bool {
        match step.previous {
            Some((CALL, place)) => {
                let function = step.immediates_at(place).read_var_u32();
                function.is_ok_and(|function| function >= self.imported)
            }
            Some((CALL_INDIRECT, _)) => true,
            _ => false,
        }
    }
}
