//! Ways around faults of wasmi 2.0.0. To be deleted when the cases `code::*` of the conformance suite pass
//! without them on a newer wasmi.
//!
//! **`select`.** wasmi translates `(select a b (i32.eqz (local.get x)))` to one instruction that tests `x`,
//! but has it test a register that nothing was written to. The same happens with `i32.eq` and `i32.ne`
//! with 0 and with `ref.is_null`, also when instructions that do nothing follow. The pass appends
//! `i32.popcnt` to such a condition, whose result is 0 exactly if its operand is.
//!
//! **Blocks that take values.** In wasmi a `local.get` is done when its value is used; until then the stack
//! has the local itself. So where a block begins, wasmi copies all locals from the stack: code in the block
//! may change them, and may be run often or not at all. But where the block takes values, wasmi leaves out
//! as many locals as these are, though they may be no locals and the locals be other values: a guest then
//! goes on with what was on the interpreter's stack before. Each such block also has wasmi look through all
//! of the stack, which takes seconds for a function of a megabyte. wasmi copies all locals before a block
//! that takes nothing, so the pass puts an empty one before each that takes values.

use crate::editor::Editor;
use crate::opcodes::{BLOCK, IF, LOOP, SELECT, TYPED_SELECT};
use crate::step::Step;
use wasm_encoder::InstructionSink;

pub(crate) fn step(step: &Step<'_, '_>, editor: &mut Editor<'_>) {
    match step.opcode {
        SELECT | TYPED_SELECT if !step.previous.is_none_or(|(opcode, _)| is_safe(opcode)) => {
            editor.before(step.place).i32_popcnt();
        }
        BLOCK | LOOP | IF if step.block(0).parameters > 0 => {
            empty_block(&mut editor.before(step.place));
        }
        _ => {}
    }
}

/// Writes the block that goes before each one that takes values.
pub(crate) fn empty_block(code: &mut InstructionSink<'_>) {
    code.block(wasm_encoder::BlockType::Empty).end();
}

/// Returns true if wasmi translates a `select` rightly that directly follows: the operator's value is
/// constant, a local, or of an instruction that is for sure no comparison of an `i32` with 0. One
/// of an `i64` with 0 is not safe, since wasmi may turn an earlier comparison around instead.
fn is_safe(opcode: u8) -> bool {
    matches!(
        opcode,
        0x20 | 0x22 | 0x23 | 0x41 // `local.get`, `local.tee`, `global.get`, `i32.const`
        | 0x28 | 0x2C..=0x2F // loads of an `i32`
        | 0x10 | 0x11 | 0x71 | 0x72 // calls, `i32.and`, `i32.or`
        | 0x48..=0x4F | 0x53..=0x5A | 0x5B..=0x66 // which is less, and all comparisons of floats
    )
}
