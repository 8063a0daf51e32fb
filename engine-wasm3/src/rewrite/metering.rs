//! Rewrites a function so that it counts its fuel and its bytes of the call stack.
//!
//! ```text
//! (global.set $stack (i32.sub (global.get $stack) (i32.const FRAME)))
//! (if (i32.lt_s (global.get $stack) (i32.const 0)) (then unreachable))
//! (… record the call, with backtraces …)
//! (if (i32.lt_s (global.get $fuel) (i32.const 0)) (then (call $slice_ended)))
//! (block $body (result …)
//!   … (br $body) for each `return`; fuel is counted before each jump and label,
//!   and checked where each iteration of a loop begins …)
//! (global.set $stack (i32.add (global.get $stack) (i32.const FRAME)))
//! ```
//!
//! A guest can only run for long by loops, calls, moves of many bytes or elements, and imports. All of
//! these have interrupt points or take fuel, so no two interrupt points are far apart.

use super::dead_code::DeadCode;
use super::{Result_, Rewriter, calls};
use crate::code::Gauge;
use crate::facts::Facts;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{BlockType, Function, Instruction, InstructionSink, ValType};
use wasmparser::{FuncType, FunctionBody, Operator};

/// The cost of a call in addition to the function's instructions: wasm3 could execute about this many
/// instructions meanwhile.
const FUEL_PER_CALL: u32 = 24;
/// The binary logarithms of the bytes and the table elements that an instruction moves for a unit of fuel.
const BYTES_SHIFT: i32 = 4;
const ELEMENTS_SHIFT: i32 = 1;

/// Rewrites `body`, the function of this index among those that are not imported.
pub(super) fn function(
    rewriter: &mut Rewriter<'_, '_>,
    index: usize,
    body: &FunctionBody<'_>,
) -> Result_<Function> {
    let (locals, scratch) = locals(rewriter, index, body)?;
    let mut metering = Metering {
        fuel: rewriter.layout.gauge(Gauge::Fuel),
        stack: rewriter.layout.gauge(Gauge::Stack),
        slice_ended: rewriter.layout.slice_ended(),
        frame: rewriter
            .facts
            .frames
            .get(index)
            .copied()
            .unwrap_or(i32::MAX),
        scratch,
        function: Function::new(locals),
        uncounted: FUEL_PER_CALL,
        blocks: Vec::new(),
        dead_code: DeadCode::default(),
    };
    let results = block_type(rewriter, index)?;
    metering.take_stack();
    if let Some(calls) = rewriter.layout.calls() {
        calls::write_down(calls, index, metering.stack, &mut metering.code());
    }
    metering.look();
    metering.code().block(results);
    for operator in body.get_operators_reader()? {
        metering.operator(rewriter, operator?)?;
    }
    Ok(metering.function)
}

struct Metering {
    fuel: u32,
    stack: u32,
    slice_ended: u32,
    frame: i32,
    scratch: u32,
    function: Function,
    /// The cost in fuel of the instructions since the last count.
    uncounted: u32,
    /// The guest's open blocks. An entry is true for a loop with parameters.
    blocks: Vec<bool>,
    dead_code: DeadCode,
}

impl Metering {
    fn take_stack(&mut self) {
        let (stack, frame) = (self.stack, self.frame);
        let mut code = self.code();
        code.global_get(stack)
            .i32_const(frame)
            .i32_sub()
            .global_set(stack);
        code.global_get(stack)
            .i32_const(0)
            .i32_lt_s()
            .if_(BlockType::Empty)
            .unreachable()
            .end();
    }

    fn operator(&mut self, rewriter: &mut Rewriter<'_, '_>, operator: Operator<'_>) -> Result_<()> {
        if self.dead_code.skips(&operator) {
            return Ok(());
        }
        self.uncounted += 1;
        match operator {
            Operator::Return => {
                self.count();
                let body = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
                self.function.instruction(&Instruction::Br(body));
                return Ok(());
            }
            // wasm3 carries values back to a loop with `br_table`, but not with `br`.
            Operator::Br { relative_depth } if self.is_loop_with_values(relative_depth) => {
                self.count();
                self.code().i32_const(0).br_table([], relative_depth);
                return Ok(());
            }
            Operator::MemoryGrow { .. } => {
                let grow = rewriter.layout.grow_memory();
                self.function.instruction(&Instruction::Call(grow));
                return Ok(());
            }
            Operator::TableGrow { table } => {
                let grow = rewriter.layout.grow_table(table);
                self.function.instruction(&Instruction::Call(grow));
                return Ok(());
            }
            Operator::End if self.blocks.is_empty() => {
                self.leave();
                return Ok(());
            }
            _ => {}
        }
        self.before(rewriter.facts, &operator);
        let is_loop = matches!(operator, Operator::Loop { .. });
        self.function.instruction(&rewriter.instruction(operator)?);
        if is_loop {
            self.look();
        }
        Ok(())
    }

    /// Emits the count at the end of each run of instructions that is executed as a whole.
    fn before(&mut self, facts: &Facts<'_>, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } => self.blocks.push(false),
            Operator::If { .. } => {
                self.count();
                self.blocks.push(false);
            }
            Operator::Loop { blockty } => {
                self.count();
                self.blocks.push(takes_values(facts, *blockty));
            }
            Operator::End => {
                self.count();
                self.blocks.pop();
            }
            Operator::Else
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Unreachable => self.count(),
            Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. } => self.count_many(BYTES_SHIFT),
            Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. } => {
                self.count_many(ELEMENTS_SHIFT);
            }
            _ => {}
        }
    }

    fn is_loop_with_values(&self, depth: u32) -> bool {
        self.blocks.iter().rev().nth(depth as usize) == Some(&true)
    }

    fn leave(&mut self) {
        self.count();
        let (stack, frame) = (self.stack, self.frame);
        self.code()
            .end()
            .global_get(stack)
            .i32_const(frame)
            .i32_add()
            .global_set(stack)
            .end();
    }

    fn count(&mut self) {
        let fuel = self.fuel;
        let uncounted = i32::try_from(std::mem::take(&mut self.uncounted)).unwrap_or(i32::MAX);
        if uncounted > 0 {
            self.code()
                .global_get(fuel)
                .i32_const(uncounted)
                .i32_sub()
                .global_set(fuel);
        }
    }

    /// Emits code that takes fuel for the length on top of the operands.
    fn count_many(&mut self, shift: i32) {
        let (fuel, scratch) = (self.fuel, self.scratch);
        self.code()
            .local_set(scratch)
            .global_get(fuel)
            .local_get(scratch)
            .i32_const(shift)
            .i32_shr_u()
            .i32_sub()
            .global_set(fuel);
        self.look();
        self.code().local_get(scratch);
    }

    fn look(&mut self) {
        let (fuel, slice_ended) = (self.fuel, self.slice_ended);
        self.code()
            .global_get(fuel)
            .i32_const(0)
            .i32_lt_s()
            .if_(BlockType::Empty)
            .call(slice_ended)
            .end();
    }

    fn code(&mut self) -> InstructionSink<'_> {
        self.function.instructions()
    }
}

/// Returns the guest's locals and an added one, with the index of the added one.
fn locals(
    rewriter: &mut Rewriter<'_, '_>,
    index: usize,
    body: &FunctionBody<'_>,
) -> Result_<(Vec<(u32, ValType)>, u32)> {
    let parameters = signature(rewriter.facts, index).map_or(0, |ty| ty.params().len());
    let mut scratch = u32::try_from(parameters).unwrap_or(u32::MAX);
    let mut locals = Vec::new();
    for local in body.get_locals_reader()? {
        let (count, ty) = local?;
        scratch += count;
        locals.push((count, rewriter.val_type(ty)?));
    }
    locals.push((1, ValType::I32));
    Ok((locals, scratch))
}

/// Returns the type of a block with the function's results.
fn block_type(rewriter: &mut Rewriter<'_, '_>, index: usize) -> Result_<BlockType> {
    let facts = rewriter.facts;
    let function = facts.imports.len() + index;
    let several = facts
        .functions
        .get(function)
        .and_then(|&ty| rewriter.layout.block_type(ty));
    if let Some(ty) = several {
        return Ok(BlockType::FunctionType(ty));
    }
    match signature(facts, index).map(FuncType::results) {
        Some(&[result]) => Ok(BlockType::Result(rewriter.val_type(result)?)),
        _ => Ok(BlockType::Empty),
    }
}

fn takes_values(facts: &Facts<'_>, ty: wasmparser::BlockType) -> bool {
    let wasmparser::BlockType::FuncType(ty) = ty else {
        return false;
    };
    let ty = facts.types.get(ty as usize);
    ty.is_some_and(|ty| !ty.params().is_empty())
}

fn signature<'f>(facts: &'f Facts<'_>, index: usize) -> Option<&'f FuncType> {
    let ty = facts.functions.get(facts.imports.len() + index)?;
    facts.types.get(*ty as usize)
}
