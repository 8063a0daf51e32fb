//! Counts the items of one function that determine its compile cost.

use crate::opcodes::{
    BLOCK, BR, BR_IF, BR_TABLE, CALL, CALL_INDIRECT, ELSE, END, IF, LOCAL_GET, LOCAL_TEE, LOOP,
    MEMORY_GROW, PREFIX, TABLE_GET, moves,
};
use crate::step::{Block, Step};

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

#[derive(Debug, Default)]
pub(super) struct Function {
    /// The number of basic blocks so far. One begins at each target of a jump and after each jump.
    blocks: u64,
    /// The open blocks. An entry is true for a loop.
    open: Vec<bool>,
    open_loops: u64,
    pub(super) nested_loops: u64,
    /// The index of the block in which the outermost open loop begins.
    outermost_loop: u64,
    /// Locals that the outermost open loop uses.
    used_in_loop: Vec<u32>,
    parameters: u64,
    lives: Lives,
    /// Values that calls, branches and blocks pass on.
    passed: u64,
    moves: u64,
}

impl Function {
    /// Begins a function with these parameters and results.
    pub(super) fn begin(&mut self, values: Block) {
        let mut lives = std::mem::take(&mut self.lives);
        lives.clear();
        *self = Self {
            parameters: values.parameters,
            passed: values.parameters + values.results,
            lives,
            ..Self::default()
        };
        self.open(false);
    }

    /// Returns the units of cost of a function with so many locals, parameters included: the blocks
    /// squared, the blocks in which locals are alive times the locals, and some for each local, each
    /// value that is passed on and each bulk instruction.
    pub(super) fn cost(&self, locals: u32) -> u64 {
        let alive = self.lives.blocks().saturating_mul(self.lives.count());
        let other = u64::from(locals).saturating_sub(self.parameters) * COST_OF_A_LOCAL
            + self.passed.saturating_mul(COST_OF_A_PASSED_VALUE)
            + self.moves * COST_OF_A_MOVE;
        (self.blocks.saturating_mul(self.blocks))
            .saturating_add(alive)
            .saturating_add(other)
    }

    /// Returns the number of variables times blocks.
    pub(super) fn places(&self) -> u64 {
        self.blocks.saturating_mul(self.lives.count())
    }

    /// Counts the code that moves bytes in pieces: a condition on `length`, and in it a call. Both take
    /// and return three values.
    pub(super) fn piecewise(&mut self, length: u32) {
        self.local(length);
        self.blocks += 2;
        self.passed += 12;
    }

    pub(super) fn operator(&mut self, step: &Step<'_, '_>) {
        match step.opcode {
            BLOCK | IF => self.block(1, step),
            LOOP => self.block(BLOCKS_OF_A_LOOP, step),
            ELSE => self.blocks += 1,
            END => self.close(),
            BR | BR_IF => self.branch(1, step.block(step.number())),
            BR_TABLE => {
                let (targets, default) = step.targets().fold((0, 0), |(n, _), last| (n + 1, last));
                self.branch(targets, step.block(default));
            }
            CALL => self.passed += step.function_values(step.number()),
            CALL_INDIRECT => {
                self.passed += step.type_values(step.number());
                self.blocks += BLOCKS_OF_A_LOOKUP;
            }
            TABLE_GET => self.blocks += BLOCKS_OF_A_LOOKUP,
            MEMORY_GROW => self.moving(),
            PREFIX if moves(step.number()) => self.moving(),
            LOCAL_GET..=LOCAL_TEE => self.local(step.number()),
            _ => {}
        }
    }

    fn moving(&mut self) {
        self.blocks += BLOCKS_OF_A_MOVE;
        self.moves += 1;
    }

    fn block(&mut self, blocks: u64, step: &Step<'_, '_>) {
        let block = step.block(0);
        self.passed += block.parameters + block.results;
        self.blocks += blocks;
        self.open(block.is_loop);
    }

    fn open(&mut self, is_loop: bool) {
        if is_loop {
            if self.open_loops == 0 {
                self.outermost_loop = self.blocks;
            }
            self.open_loops += 1;
            self.nested_loops = self.nested_loops.max(self.open_loops);
        }
        self.open.push(is_loop);
    }

    fn close(&mut self) {
        self.blocks += 1;
        if self.open.pop() == Some(true) {
            self.open_loops -= 1;
            if self.open_loops == 0 {
                for index in std::mem::take(&mut self.used_in_loop) {
                    self.lives.use_in(index, self.blocks);
                }
            }
        }
    }

    fn branch(&mut self, targets: u64, to: Block) {
        self.blocks += targets;
        self.passed += (to.parameters + to.results) * targets;
    }

    fn local(&mut self, index: u32) {
        if self.open_loops == 0 {
            self.lives.use_in(index, self.blocks);
        } else if self.lives.use_in(index, self.outermost_loop) {
            self.used_in_loop.push(index);
        }
    }
}

/// For each local that is used, the first and the last block in which it may be alive. The whole outermost
/// loop around a use counts, since its next iteration may need the value.
#[derive(Debug, Default)]
struct Lives {
    blocks: Vec<Option<(u64, u64)>>,
    used: Vec<u32>,
}

impl Lives {
    /// Forgets all locals, in time for those that were used: a function may have many more.
    fn clear(&mut self) {
        for index in self.used.drain(..) {
            if let Some(life) = self.blocks.get_mut(index as usize) {
                *life = None;
            }
        }
    }

    /// The number of locals.
    fn count(&self) -> u64 {
        self.used.len() as u64
    }

    /// The number of blocks of all locals.
    fn blocks(&self) -> u64 {
        let lives = self
            .used
            .iter()
            .filter_map(|&index| self.blocks.get(index as usize));
        lives.flatten().map(|(first, last)| last - first).sum()
    }

    /// Returns whether `block` was not the last one in which the local was used.
    fn use_in(&mut self, index: u32, block: u64) -> bool {
        let place = index as usize;
        if place >= self.blocks.len() {
            self.blocks.resize(place + 1, None);
        }
        let Some(life) = self.blocks.get_mut(place) else {
            return false;
        };
        let is_first = life.is_none();
        if is_first {
            self.used.push(index);
        }
        let (_, last) = life.get_or_insert((block, block));
        std::mem::replace(last, block) != block || is_first
    }
}
