//! Bulk memory instructions in pieces, for engines that stop guests only between instructions.
//!
//! One `memory.fill` or `memory.copy` may move 4 GiB, which takes a second: by then its guest's slice is
//! long over. So each of them whose length is not known to be small becomes
//!
//! ```text
//! (local.tee $length)
//! (if (param i32 i32 i32) (result i32 i32 i32)
//!   (i32.gt_u (local.get $length) (i32.const PIECE))
//!   (then (call $all_but_the_last_piece)))
//! (memory.fill)
//! ```
//!
//! where the called function is a loop with a piece in each round. It moves nothing if any of it is out of
//! bounds, so that the instruction itself traps then, in the guest's function and before anything has
//! changed, as it does without this pass.
//!
//! `memory.init` and the instructions on tables stay: they are bounded by the size of the module, and by
//! the limit of table elements.

use super::wasmi_faults::empty_block;
use crate::additions::{Additions, Helper};
use crate::editor::Editor;
use crate::opcodes::{I32_CONST, MEMORY_COPY, MEMORY_FILL, PREFIX};
use crate::step::Step;
use wasm_encoder::{BlockType, Function, InstructionSink};

/// Bytes that are moved in one piece: about a slice's worth. Smaller pieces are slower: C libraries move up to some
/// megabytes with an instruction that takes several times as long on some processors.
pub const PIECE: u32 = 4 * 1024 * 1024;

/// Moves all but the last piece before each bulk memory instruction.
pub(crate) struct Bulk {
    /// The current function's local for lengths, if it has one.
    length: Option<u32>,
    has_wasmi_faults: bool,
}

impl Bulk {
    /// A pass for an engine that needs [the block](empty_block) before blocks that take values, or not.
    pub(crate) fn new(has_wasmi_faults: bool) -> Self {
        Self {
            length: None,
            has_wasmi_faults,
        }
    }

    pub(crate) fn begin(&mut self) {
        self.length = None;
    }

    /// Returns the local that holds the length, if the operator is divided into pieces.
    pub(crate) fn step(
        &mut self,
        step: &Step<'_, '_>,
        editor: &mut Editor<'_>,
        additions: &mut Additions,
    ) -> Option<u32> {
        if step.opcode != PREFIX {
            return None;
        }
        let helper = match step.number() {
            MEMORY_COPY => Helper::Copy,
            MEMORY_FILL => Helper::Fill,
            _ => return None,
        };
        if has_small_length(step) {
            return None;
        }
        let length = *self.length.get_or_insert_with(|| editor.add_local());
        let (ty, function) = (additions.type_of(helper), additions.helper(helper));
        let mut code = editor.before(step.place);
        code.local_tee(length)
            .local_get(length)
            .i32_const(PIECE.cast_signed())
            .i32_gt_u();
        if self.has_wasmi_faults {
            empty_block(&mut code);
        }
        code.if_(BlockType::FunctionType(ty)).call(function).end();
        Some(length)
    }
}

/// Returns true if the length is known and small. Engines compile such an instruction to something better.
fn has_small_length(step: &Step<'_, '_>) -> bool {
    let Some((I32_CONST, place)) = step.previous else {
        return false;
    };
    let length = step.immediates_at(place).read_var_i32();
    length.is_ok_and(|length| length.cast_unsigned() <= PIECE)
}

// The helpers move all but the last piece, and return what is left to move. They are called with more than
// a piece. Their first operand is where bytes go, their last how many.

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
    repeat_if_long(&mut code);
    code.end();
    operands(&mut code);
    code.end();
    function
}

/// Overlapping bytes are copied from the side that they move to.
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
    repeat_if_long(code);
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
    repeat_if_long(code);
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
fn repeat_if_long(code: &mut InstructionSink<'_>) {
    code.local_get(LENGTH)
        .i32_const(PIECE.cast_signed())
        .i32_gt_u()
        .br_if(0);
}
