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
use super::layout::Layout;
use super::{Result_, Rewriter, calls};
use crate::code::Gauge;
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
    let facts = rewriter.facts;
    let ty = facts.function_type(index);
    let (locals, scratch) = locals(rewriter, ty, body)?;
    let mut metering = Metering {
        fuel: rewriter.layout.gauge(Gauge::Fuel),
        stack: rewriter.layout.gauge(Gauge::Stack),
        frame: facts.frames.get(index).copied().unwrap_or(i32::MAX),
        scratch,
        function: Function::new(locals),
        uncounted: FUEL_PER_CALL,
        blocks: Vec::new(),
        dead_code: DeadCode::default(),
    };
    let results = block_type(rewriter, ty)?;
    metering.take_stack();
    if let Some(calls) = rewriter.layout.calls() {
        calls::write_down(calls, index, metering.stack, &mut metering.code());
    }
    interrupt_point(&rewriter.layout, &mut metering.code());
    metering.code().block(results);
    for operator in body.get_operators_reader()? {
        metering.operator(rewriter, operator?)?;
    }
    Ok(metering.function)
}

struct Metering {
    fuel: u32,
    stack: u32,
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
        self.before(rewriter, &operator);
        let is_loop = matches!(operator, Operator::Loop { .. });
        self.function.instruction(&rewriter.instruction(operator)?);
        if is_loop {
            interrupt_point(&rewriter.layout, &mut self.code());
        }
        Ok(())
    }

    /// Emits the count at the end of each run of instructions that is executed as a whole.
    fn before(&mut self, rewriter: &Rewriter<'_, '_>, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } => self.blocks.push(false),
            Operator::If { .. } => {
                self.count();
                self.blocks.push(false);
            }
            Operator::Loop { blockty } => {
                self.count();
                self.blocks.push(rewriter.facts.takes_values(*blockty));
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
            | Operator::MemoryInit { .. } => self.count_many(&rewriter.layout, BYTES_SHIFT),
            Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. } => {
                self.count_many(&rewriter.layout, ELEMENTS_SHIFT);
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
    fn count_many(&mut self, layout: &Layout, shift: i32) {
        let (fuel, scratch) = (self.fuel, self.scratch);
        self.code()
            .local_set(scratch)
            .global_get(fuel)
            .local_get(scratch)
            .i32_const(shift)
            .i32_shr_u()
            .i32_sub()
            .global_set(fuel);
        interrupt_point(layout, &mut self.code());
        self.code().local_get(scratch);
    }

    fn code(&mut self) -> InstructionSink<'_> {
        self.function.instructions()
    }
}

/// Emits the check whether the slice is over.
pub(super) fn interrupt_point(layout: &Layout, code: &mut InstructionSink<'_>) {
    code.global_get(layout.gauge(Gauge::Fuel))
        .i32_const(0)
        .i32_lt_s()
        .if_(BlockType::Empty)
        .call(layout.slice_ended())
        .end();
}

/// Returns the guest's locals and an added one, with the index of the added one.
fn locals(
    rewriter: &mut Rewriter<'_, '_>,
    ty: &FuncType,
    body: &FunctionBody<'_>,
) -> Result_<(Vec<(u32, ValType)>, u32)> {
    let mut scratch = u32::try_from(ty.params().len()).unwrap_or(u32::MAX);
    let mut locals = Vec::new();
    for local in body.get_locals_reader()? {
        let (count, ty) = local?;
        scratch += count;
        locals.push((count, rewriter.val_type(ty)?));
    }
    locals.push((1, ValType::I32));
    Ok((locals, scratch))
}

/// Returns the type of a block without parameters, and with the function's results.
fn block_type(rewriter: &mut Rewriter<'_, '_>, ty: &FuncType) -> Result_<BlockType> {
    let results = ty.results().iter().map(|&result| rewriter.val_type(result));
    let results: Vec<ValType> = results.collect::<Result_<_>>()?;
    Ok(match results[..] {
        [] => BlockType::Empty,
        [result] => BlockType::Result(result),
        _ => BlockType::FunctionType(rewriter.additions.ty(&[], &results)),
    })
}
