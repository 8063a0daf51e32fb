//! The functions that a guest calls instead of `memory.grow` and `table.grow`.

use super::layout::Layout;
use crate::code::Gauge;
use crate::facts::Facts;
use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

/// The cost of a new page. Touching a page for the first time can take several times as long as writing
/// it again. The maximum memory of 2 GiB costs a quarter of the gauge's range.
const FUEL_PER_PAGE: i32 = 16_384;

/// Pages by which memory grows between two interrupt points. wasm3 writes zeros to all of them.
const PIECE: i32 = 16;

const DELTA: u32 = 0;
const PAGES_BEFORE: u32 = 1;
const NEXT: u32 = 2;

/// Returns the function that grows memory, of type `(param delta i32) (result i32)`.
pub(super) fn memory(layout: &Layout) -> Function {
    let pages = layout.gauge(Gauge::Pages);
    let mut function = Function::new([(2, ValType::I32)]);
    let mut code = function.instructions();
    code.local_get(DELTA)
        .global_get(pages)
        .memory_size(0)
        .local_tee(PAGES_BEFORE)
        .i32_sub()
        .i32_gt_u()
        .if_(BlockType::Result(ValType::I32))
        .i32_const(-1)
        .else_();
    in_pieces(&mut code, layout);
    code.local_get(PAGES_BEFORE).end().end();
    function
}

/// Emits a loop that grows memory piece by piece, and returns -1 if a piece fails.
fn in_pieces(code: &mut InstructionSink<'_>, layout: &Layout) {
    code.loop_(BlockType::Empty)
        .local_get(DELTA)
        .i32_const(PIECE)
        .local_get(DELTA)
        .i32_const(PIECE)
        .i32_lt_u()
        .select()
        .local_set(NEXT);
    pay(code, layout);
    code.local_get(NEXT)
        .memory_grow(0)
        .i32_const(-1)
        .i32_eq()
        .if_(BlockType::Empty)
        .i32_const(-1)
        .return_()
        .end();
    code.local_get(DELTA)
        .local_get(NEXT)
        .i32_sub()
        .local_tee(DELTA)
        .br_if(0)
        .end();
}

fn pay(code: &mut InstructionSink<'_>, layout: &Layout) {
    let (fuel, slice_ended) = (layout.gauge(Gauge::Fuel), layout.slice_ended());
    code.global_get(fuel)
        .local_get(NEXT)
        .i32_const(FUEL_PER_PAGE)
        .i32_mul()
        .i32_sub()
        .global_set(fuel)
        .global_get(fuel)
        .i32_const(0)
        .i32_lt_s()
        .if_(BlockType::Empty)
        .call(slice_ended)
        .end();
}

const ELEMENT: u32 = 0;
const TABLE_DELTA: u32 = 1;
const BEFORE: u32 = 2;

/// Returns the function that grows one of the guest's tables, of type
/// `(param element ref) (param delta i32) (result i32)`.
pub(super) fn table(layout: &Layout, facts: &Facts<'_>, index: usize) -> Function {
    let table = u32::try_from(index).unwrap_or(u32::MAX);
    let most = facts.tables.get(index).and_then(|table| table.maximum);
    let most = most.map_or(-1, |most| {
        u32::try_from(most).unwrap_or(u32::MAX).cast_signed()
    });
    let elements = layout.gauge(Gauge::Elements);
    let mut function = Function::new([(1, ValType::I32)]);
    // wasm3 treats a maximum of 0 as no maximum.
    let mut code = function.instructions();
    code.local_get(TABLE_DELTA)
        .global_get(elements)
        .i32_gt_u()
        .local_get(TABLE_DELTA)
        .i32_const(most)
        .table_size(table)
        .i32_sub()
        .i32_gt_u()
        .i32_or()
        .if_(BlockType::Result(ValType::I32))
        .i32_const(-1)
        .else_();
    code.local_get(ELEMENT)
        .local_get(TABLE_DELTA)
        .table_grow(table)
        .local_tee(BEFORE)
        .i32_const(-1)
        .i32_ne()
        .if_(BlockType::Empty);
    subtract(&mut code, elements);
    subtract(&mut code, layout.gauge(Gauge::Fuel));
    code.end().local_get(BEFORE).end().end();
    function
}

/// A new element costs a unit of fuel.
fn subtract(code: &mut InstructionSink<'_>, gauge: u32) {
    code.global_get(gauge)
        .local_get(TABLE_DELTA)
        .i32_sub()
        .global_set(gauge);
}
