//! The functions that move all but the last piece, and return what is left to move.
//!
//! They are called with more than a piece. Their first operand is where bytes go, their last how
//! many.

use crate::PIECE;
use wasm_encoder::{BlockType, Function, InstructionSink};

/// `(func (param i32 i32 i32) (result i32 i32 i32))`
pub(crate) const TYPE: &[u8] = &[0x60, 3, 0x7F, 0x7F, 0x7F, 3, 0x7F, 0x7F, 0x7F];

const TARGET: u32 = 0;
/// Of what is filled the value.
const SOURCE: u32 = 1;
const LENGTH: u32 = 2;
const MEMORY: u32 = 0;

pub(crate) fn fill() -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    return_if_out_of_bounds(&mut code, TARGET);
    code.loop_(BlockType::Empty)
        .local_get(TARGET)
        .local_get(SOURCE)
        .i32_const(PIECE.cast_signed())
        .memory_fill(MEMORY);
    advance(&mut code, TARGET);
    shorten(&mut code);
    again_if_long(&mut code);
    code.end();
    operands(&mut code);
    code.end();
    function
}

/// What overlaps is copied from the side that it moves to.
pub(crate) fn copy() -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    return_if_out_of_bounds(&mut code, TARGET);
    return_if_out_of_bounds(&mut code, SOURCE);
    code.local_get(TARGET)
        .local_get(SOURCE)
        .i32_le_u()
        .if_(BlockType::Empty);
    copy_from_the_start(&mut code);
    code.else_();
    copy_from_the_end(&mut code);
    code.end();
    operands(&mut code);
    code.end();
    function
}

fn copy_from_the_start(code: &mut InstructionSink<'_>) {
    code.loop_(BlockType::Empty)
        .local_get(TARGET)
        .local_get(SOURCE)
        .i32_const(PIECE.cast_signed())
        .memory_copy(MEMORY, MEMORY);
    advance(code, TARGET);
    advance(code, SOURCE);
    shorten(code);
    again_if_long(code);
    code.end();
}

fn copy_from_the_end(code: &mut InstructionSink<'_>) {
    code.loop_(BlockType::Empty);
    shorten(code);
    for pointer in [TARGET, SOURCE] {
        code.local_get(pointer).local_get(LENGTH).i32_add();
    }
    code.i32_const(PIECE.cast_signed())
        .memory_copy(MEMORY, MEMORY);
    again_if_long(code);
    code.end();
}

/// In 64 bits, where nothing wraps around.
fn return_if_out_of_bounds(code: &mut InstructionSink<'_>, pointer: u32) {
    code.local_get(pointer)
        .i64_extend_i32_u()
        .local_get(LENGTH)
        .i64_extend_i32_u()
        .i64_add()
        .memory_size(MEMORY)
        .i64_extend_i32_u()
        .i64_const(16)
        .i64_shl()
        .i64_gt_u()
        .if_(BlockType::Empty);
    operands(code);
    code.return_().end();
}

fn operands(code: &mut InstructionSink<'_>) {
    code.local_get(TARGET).local_get(SOURCE).local_get(LENGTH);
}

fn advance(code: &mut InstructionSink<'_>, pointer: u32) {
    code.local_get(pointer)
        .i32_const(PIECE.cast_signed())
        .i32_add()
        .local_set(pointer);
}

fn shorten(code: &mut InstructionSink<'_>) {
    code.local_get(LENGTH)
        .i32_const(PIECE.cast_signed())
        .i32_sub()
        .local_set(LENGTH);
}

/// Only directly in a loop.
fn again_if_long(code: &mut InstructionSink<'_>) {
    code.local_get(LENGTH)
        .i32_const(PIECE.cast_signed())
        .i32_gt_u()
        .br_if(0);
}
