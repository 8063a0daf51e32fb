//! The functions that a guest calls instead of `memory.grow` and `table.grow`.

use super::layout::Layout;
use super::metering::interrupt_point;
use crate::code::Gauge;
use capwire_wapc_rewrite::grow_in_pieces;
use wasm_encoder::{BlockType, Function, InstructionSink, ValType};
use wasmparser::TableType;

/// The cost of a new page. Touching a page for the first time can take several times as long as writing
/// it again. The maximum memory of 2 GiB costs a quarter of the gauge's range.
const FUEL_PER_PAGE: i32 = 16_384;

/// Pages by which memory grows between two interrupt points. wasm3 writes zeros to all of them.
const PIECE: i32 = 16;

/// Returns the function that grows memory, of type `(param delta i32) (result i32)`.
pub(super) fn memory(layout: &Layout) -> Function {
    let refuse = |code: &mut InstructionSink<'_>, _| {
        code.i32_const(1).global_set(layout.gauge(Gauge::Refused));
    };
    grow_in_pieces(layout.gauge(Gauge::Pages), PIECE, refuse, |code, pages| {
        let fuel = layout.gauge(Gauge::Fuel);
        code.global_get(fuel)
            .local_get(pages)
            .i32_const(FUEL_PER_PAGE)
            .i32_mul()
            .i32_sub()
            .global_set(fuel);
        interrupt_point(layout, code);
    })
}

const ELEMENT: u32 = 0;
const TABLE_DELTA: u32 = 1;
const BEFORE: u32 = 2;

/// Returns the function that grows the guest's table `index`, of type
/// `(param element ref) (param delta i32) (result i32)`.
pub(super) fn table(layout: &Layout, index: u32, ty: &TableType) -> Function {
    let most = ty.maximum.map_or(-1, |most| {
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
        .table_size(index)
        .i32_sub()
        .i32_gt_u()
        .i32_or()
        .if_(BlockType::Result(ValType::I32))
        .i32_const(-1)
        .else_();
    code.local_get(ELEMENT)
        .local_get(TABLE_DELTA)
        .table_grow(index)
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
