//! Counts the items of one function that determine its compile cost.

use super::Types;
use wasmtime::wasmparser::{BinaryReaderError, BlockType, FunctionBody, Operator};

/// Maximum number of locals of a function. The compiler refuses a function with more as invalid.
const MOST_LOCALS: u64 = 50_000;

/// Blocks that the compiler makes for a loop: one for its beginning, and two for its interrupt point.
const BLOCKS_OF_A_LOOP: u64 = 3;
/// Blocks of a call through a table or a read of a table. wasmtime initialises table entries lazily.
const BLOCKS_OF_A_LOOKUP: u64 = 3;
/// Blocks of an instruction that grows something or moves memory or elements.
const BLOCKS_OF_A_MOVE: u64 = 4;

/// Units of a value that a call, a branch or a block passes on.
const COST_OF_A_PASSED_VALUE: u64 = 1_000;
/// Units of an instruction that grows something or moves memory or elements.
const COST_OF_A_MOVE: u64 = 20_000;
/// Units of a local, used or not.
const COST_OF_A_LOCAL: u64 = 16;

#[derive(Default)]
pub(super) struct Function {
    /// The number of basic blocks so far. One begins at each target of a jump and after each jump.
    blocks: u64,
    frames: Vec<Frame>,
    open_loops: u64,
    pub(super) nested_loops: u64,
    /// The index of the block in which the outermost open loop begins.
    outermost_loop: u64,
    /// Locals that the outermost open loop uses.
    used_in_loop: Vec<u32>,
    locals: u64,
    /// For each local that is used, the first and the last block in which it may be alive. The whole
    /// outermost loop around a use counts, since its next iteration may need the value.
    lives: Vec<Option<(u64, u64)>>,
    /// Values that calls, branches and blocks pass on.
    passed: u64,
    moves: u64,
}

/// An open block, or the function itself.
struct Frame {
    is_loop: bool,
    /// The number of its parameters and results.
    values: u64,
}

impl Function {
    /// Reads a function with `values` parameters and results up to its end, or up to the first error,
    /// which also stops the compiler.
    pub(super) fn read(body: &FunctionBody<'_>, values: u64, types: &Types) -> Self {
        let mut function = Self {
            passed: values,
            ..Self::default()
        };
        function.open(false, values);
        let _ = function.read_operators(body, types);
        function
    }

    /// Returns the units of cost: the blocks squared, the blocks in which locals are alive times the
    /// locals, and some for each local, each value that is passed on and each bulk instruction.
    pub(super) fn cost(&self) -> u64 {
        let alive: u64 = self.used().map(|(first, last)| last - first).sum();
        let alive = alive.saturating_mul(self.used().count() as u64);
        let other = self.locals * COST_OF_A_LOCAL
            + self.passed.saturating_mul(COST_OF_A_PASSED_VALUE)
            + self.moves * COST_OF_A_MOVE;
        (self.blocks.saturating_mul(self.blocks))
            .saturating_add(alive)
            .saturating_add(other)
    }

    /// Returns the number of variables times blocks.
    pub(super) fn places(&self) -> u64 {
        self.blocks.saturating_mul(self.used().count() as u64)
    }

    fn used(&self) -> impl Iterator<Item = &(u64, u64)> {
        self.lives.iter().flatten()
    }

    fn read_operators(
        &mut self,
        body: &FunctionBody<'_>,
        types: &Types,
    ) -> Result<(), BinaryReaderError> {
        let mut locals = 0;
        for group in body.get_locals_reader()? {
            locals += u64::from(group?.0);
        }
        if locals > MOST_LOCALS {
            return Ok(());
        }
        self.locals = locals;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            self.operator(&operators.read()?, types);
        }
        Ok(())
    }

    fn operator(&mut self, operator: &Operator<'_>, types: &Types) {
        match operator {
            Operator::Block { blockty } | Operator::If { blockty } => {
                self.block(1, false, *blockty, types);
            }
            Operator::Loop { blockty } => self.block(BLOCKS_OF_A_LOOP, true, *blockty, types),
            Operator::Else => self.blocks += 1,
            Operator::End => self.close(),
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                self.branch(*relative_depth, 1);
            }
            Operator::BrTable { targets } => {
                self.branch(targets.default(), u64::from(targets.len()) + 1);
            }
            Operator::Call { function_index } => self.passed += types.of_function(*function_index),
            Operator::CallIndirect { type_index, .. } => {
                self.passed += types.of_type(*type_index);
                self.blocks += BLOCKS_OF_A_LOOKUP;
            }
            Operator::TableGet { .. } => self.blocks += BLOCKS_OF_A_LOOKUP,
            Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
            | Operator::TableGrow { .. }
            | Operator::MemoryInit { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryGrow { .. } => {
                self.blocks += BLOCKS_OF_A_MOVE;
                self.moves += 1;
            }
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => self.local(*local_index),
            _ => {}
        }
    }

    fn block(&mut self, blocks: u64, is_loop: bool, ty: BlockType, types: &Types) {
        let values = types.of_block(ty);
        self.passed += values;
        self.blocks += blocks;
        self.open(is_loop, values);
    }

    fn open(&mut self, is_loop: bool, values: u64) {
        if is_loop {
            if self.open_loops == 0 {
                self.outermost_loop = self.blocks;
            }
            self.open_loops += 1;
            self.nested_loops = self.nested_loops.max(self.open_loops);
        }
        self.frames.push(Frame { is_loop, values });
    }

    fn close(&mut self) {
        self.blocks += 1;
        if self.frames.pop().is_some_and(|frame| frame.is_loop) {
            self.open_loops -= 1;
            if self.open_loops == 0 {
                for index in std::mem::take(&mut self.used_in_loop) {
                    self.use_in(index, self.blocks);
                }
            }
        }
    }

    fn branch(&mut self, depth: u32, targets: u64) {
        self.blocks += targets;
        let frame = self.frames.iter().rev().nth(depth as usize);
        self.passed += frame.map_or(0, |frame| frame.values) * targets;
    }

    fn local(&mut self, index: u32) {
        if self.open_loops == 0 {
            self.use_in(index, self.blocks);
        } else if self.use_in(index, self.outermost_loop) {
            self.used_in_loop.push(index);
        }
    }

    /// Returns whether `block` was not the last one in which the local was used.
    fn use_in(&mut self, index: u32, block: u64) -> bool {
        let index = index as usize;
        if index as u64 >= MOST_LOCALS {
            return false;
        }
        if index >= self.lives.len() {
            self.lives.resize(index + 1, None);
        }
        let Some(life) = self.lives.get_mut(index) else {
            return false;
        };
        let (first, last) = life.map_or((block, None), |(first, last)| (first, Some(last)));
        *life = Some((first, block));
        last != Some(block)
    }
}
