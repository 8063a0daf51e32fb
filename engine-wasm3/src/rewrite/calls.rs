//! Records the functions that are being called, so that the host can read them after a trap.
//!
//! A function writes itself into an added table. Its slot depends on the call stack that is left, so
//! the function does not have to remove itself when it returns:
//!
//! ```text
//! (table.set $calls (i32.shr_u (global.get $stack) (i32.const 7)) (ref.func $entry))
//! ```
//!
//! The host reads the slot of the innermost function. It adds the function's frame to the stack that is
//! left, and gets the slot of the caller. wasm3 has only one memory, which is the guest's, and gives its
//! host no access to tables. So an entry is a function that returns the index of the recorded function.

use super::layout::Calls;
use crate::module::MOST_STACK_BYTES;
use wasm_encoder::{Function, InstructionSink, RefType, TableType};

/// The binary logarithm of the bytes of stack for each slot. A slot is smaller than any frame, so no two
/// functions share one.
pub(crate) const SLOT_SHIFT: i32 = 7;

/// The number of slots, enough for the largest stack.
const PLACES: u64 = (MOST_STACK_BYTES as u64 >> SLOT_SHIFT) + 1;

/// The export that takes a slot and returns the index of the function that is recorded there.
pub(crate) const READER: &str = "calls";

pub(super) const TABLE: TableType = TableType {
    element_type: RefType::FUNCREF,
    table64: false,
    minimum: PLACES,
    maximum: Some(PLACES),
    shared: false,
};

/// Emits code that records the function of this index among those that are not imported.
pub(super) fn write_down(calls: Calls, index: usize, stack: u32, code: &mut InstructionSink<'_>) {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    code.global_get(stack)
        .i32_const(SLOT_SHIFT)
        .i32_shr_u()
        .ref_func(calls.first_entry.saturating_add(index))
        .table_set(calls.table);
}

/// Returns the entry for the guest's function `index`, of type `(result i32)`.
pub(super) fn entry(index: u32) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.i32_const(index.cast_signed()).end();
    function
}

/// Returns the function that reads a slot, of type `(param place i32) (result i32)`.
pub(super) fn reader(calls: Calls) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.local_get(0)
        .call_indirect(calls.table, calls.entry_type)
        .end();
    function
}
