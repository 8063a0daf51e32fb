//! Which functions are being called, written down where the host finds it when they trap.
//!
//! A function writes itself into a table of ours, in a place that follows from how much of the call
//! stack is left, so nothing has to be undone when it returns:
//!
//! ```text
//! (table.set $calls (i32.shr_u (global.get $stack) (i32.const 7)) (ref.func $entry))
//! ```
//!
//! The host reads the place of the innermost function, adds the function's frame to what is left of
//! the stack, and has the place of its caller. wasm3 has one memory, which is the guest's, and lends its
//! host no tables; so an entry is a function that returns the index of the one that it stands for.

use super::layout::Calls;
use crate::module::MOST_STACK_BYTES;
use wasm_encoder::{Function, InstructionSink, RefType, TableType};

/// What is left of the stack is divided by 2 to the power of this: less than the smallest frame, so no
/// two functions share a place.
pub(crate) const SLOT_SHIFT: i32 = 7;

/// A place for whatever can be left of the stack.
const PLACES: u64 = (MOST_STACK_BYTES as u64 >> SLOT_SHIFT) + 1;

/// The export that takes a place and returns the index of the function that is written there.
pub(crate) const READER: &str = "calls";

pub(super) const TABLE: TableType = TableType {
    element_type: RefType::FUNCREF,
    table64: false,
    minimum: PLACES,
    maximum: Some(PLACES),
    shared: false,
};

/// Writes down the function of this index among those that are not imported.
pub(super) fn write_down(calls: Calls, index: usize, stack: u32, code: &mut InstructionSink<'_>) {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    code.global_get(stack)
        .i32_const(SLOT_SHIFT)
        .i32_shr_u()
        .ref_func(calls.first_entry.saturating_add(index))
        .table_set(calls.table);
}

/// What stands for the guest's function `index`: `(result i32)`
pub(super) fn entry(index: u32) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.i32_const(index.cast_signed()).end();
    function
}

/// `(param place i32) (result i32)`
pub(super) fn reader(calls: Calls) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.local_get(0)
        .call_indirect(calls.table, calls.entry_type)
        .end();
    function
}
