//! What of one function makes work for a compiler.
//!
//! Places in a function are counted in branches: a variable's life goes from the place of its first
//! value to that of its last use, or to the end of the outermost loop around it that it lives across.

use super::{Arity, Signatures};
use wasmtime::wasmparser::{BinaryReaderError, BlockType, FunctionBody, Operator};

/// More locals than this a function cannot have: the compiler refuses it as invalid.
const MOST_LOCALS: usize = 50_000;

/// How many pairs of loops are a unit.
const LOOPS_TO_A_UNIT: u64 = 8;
/// How many pairs of variables are one, for each loop that they may be in at once.
const VARIABLES_TO_A_UNIT: u64 = 1024;

/// How many locals are one, used or not: each is given its zero.
const LOCALS_TO_A_UNIT: u64 = 64;

/// Blocks that the compiler makes for a look into a table, whose entries are made when they are needed.
const BLOCKS_OF_A_LOOK: u64 = 2;
/// How many pairs of looks are a unit.
const LOOKS_TO_A_UNIT: u64 = 256;

/// Blocks of an instruction that grows something, or moves elements of tables: most are loops.
const BLOCKS_OF_A_MOVE: u64 = 4;
/// Units of each, and how many pairs of them are one.
const UNITS_OF_A_MOVE: u64 = 64;
const MOVES_TO_A_UNIT: u64 = 32;

/// Values that live through all of a function beside its own: the context and the clock.
const HIDDEN_VARIABLES: u64 = 2;

#[derive(Default)]
pub(super) struct Function {
    /// Branches so far.
    place: u64,
    frames: Vec<Frame>,
    frames_so_far: u64,
    /// The loops that are open, outermost first.
    loops: Vec<Loop>,
    /// Where each loop ended, in the order of their beginnings.
    loop_ends: Vec<u64>,
    locals: Vec<Local>,
    /// Locals that are not parameters.
    declared: u64,
    /// Values that branches and calls pass on.
    passed: u64,
    /// Instructions that look into a table.
    looks: u64,
    /// Instructions that grow something, or move elements of tables.
    moves: u64,
    /// Places of the values that blocks take and give.
    of_blocks: u64,
    pub(super) loops_in_one_another: u64,
}

/// A block, one branch of an `if`, or the function itself.
struct Frame {
    id: u64,
    is_loop: bool,
    arity: Arity,
}

struct Loop {
    start: u64,
    /// Which of all loops.
    index: usize,
}

/// The life of a local variable.
#[derive(Clone, Default)]
struct Local {
    is_used: bool,
    start: u64,
    /// The frame in which it began. While that is open, no other value than from there on arrives.
    frame: (usize, u64),
    last: u64,
    /// The outermost loop around its last use that began after it.
    across: Option<usize>,
}

impl Function {
    /// Reads a function as far as that is possible: what is invalid is for the compiler to refuse.
    pub(super) fn read(body: &FunctionBody<'_>, own: Arity, signatures: &Signatures) -> Self {
        let mut function = Self::default();
        function.open(false, own);
        // An error ends the reading. The compiler ends at the same place.
        let _ = function.read_operators(body, signatures);
        function
    }

    /// Units of work, each some microseconds at the worst.
    pub(super) fn work(&self) -> u64 {
        let lives: u64 = (0..self.locals.len()).map(|local| self.life(local)).sum();
        let hidden = self.place * HIDDEN_VARIABLES;
        let (loops, variables) = (self.loop_ends.len() as u64, self.variables());
        let loops = loops * loops / LOOPS_TO_A_UNIT;
        let variables = variables * variables * self.loops_in_one_another / VARIABLES_TO_A_UNIT;
        let declared = self.declared / LOCALS_TO_A_UNIT;
        let looks = self.looks * self.looks / LOOKS_TO_A_UNIT;
        let moves = self.moves * self.moves / MOVES_TO_A_UNIT + self.moves * UNITS_OF_A_MOVE;
        lives + hidden + self.passed + loops + variables + declared + looks + moves
    }

    pub(super) fn variables(&self) -> u64 {
        self.used().count() as u64
    }

    /// Entries in Cranelift's tables: for each variable one for each block up to its last.
    pub(super) fn places(&self) -> u64 {
        self.of_blocks + self.used().map(|local| local.last).sum::<u64>()
    }

    /// Over how many places a local lives.
    pub(super) fn life(&self, local: usize) -> u64 {
        let local = self.locals.get(local).filter(|local| local.is_used);
        local.map_or(0, |local| {
            let end = local.across.and_then(|across| self.loop_ends.get(across));
            let end = end.map_or(local.last, |end| local.last.max(*end));
            end.saturating_sub(local.start)
        })
    }

    fn used(&self) -> impl Iterator<Item = &Local> {
        self.locals.iter().filter(|local| local.is_used)
    }

    fn read_operators(
        &mut self,
        body: &FunctionBody<'_>,
        signatures: &Signatures,
    ) -> Result<(), BinaryReaderError> {
        let mut declared = 0;
        for locals in body.get_locals_reader()? {
            declared += u64::from(locals?.0);
        }
        if declared > MOST_LOCALS as u64 {
            return Ok(());
        }
        self.declared = declared;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            match operators.read()? {
                Operator::Block { blockty } | Operator::If { blockty } => {
                    self.block(false, blockty, signatures);
                }
                Operator::Loop { blockty } => self.block(true, blockty, signatures),
                Operator::Else => self.other_branch(),
                Operator::End => self.close(),
                Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                    self.branch(relative_depth, 1);
                }
                Operator::BrTable { targets } => {
                    self.branch(targets.default(), u64::from(targets.len()) + 1);
                }
                Operator::Call { function_index } => {
                    self.passed += signatures.of_function(function_index as usize).both();
                }
                Operator::CallIndirect { type_index, .. } => {
                    self.passed += signatures.of_type(type_index).both();
                    self.look();
                }
                Operator::TableGet { .. } => self.look(),
                Operator::TableFill { .. }
                | Operator::TableCopy { .. }
                | Operator::TableInit { .. }
                | Operator::TableGrow { .. }
                | Operator::MemoryInit { .. }
                | Operator::MemoryGrow { .. } => self.moves_much(),
                Operator::LocalGet { local_index } => self.local(local_index, false),
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    self.local(local_index, true);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn block(&mut self, is_loop: bool, ty: BlockType, signatures: &Signatures) {
        let arity = signatures.of_block(ty);
        self.place += 1;
        self.passed += arity.both();
        self.open(is_loop, arity);
    }

    fn open(&mut self, is_loop: bool, arity: Arity) {
        if is_loop {
            self.loops.push(Loop {
                start: self.place,
                index: self.loop_ends.len(),
            });
            self.loop_ends.push(self.place);
            let depth = self.loops.len() as u64;
            self.loops_in_one_another = self.loops_in_one_another.max(depth);
        }
        self.frames.push(Frame {
            id: self.frames_so_far,
            is_loop,
            arity,
        });
        self.frames_so_far += 1;
    }

    fn other_branch(&mut self) {
        self.place += 1;
        if let Some(frame) = self.frames.last_mut() {
            frame.id = self.frames_so_far;
            self.frames_so_far += 1;
        }
    }

    fn close(&mut self) {
        self.place += 1;
        let Some(frame) = self.frames.pop() else {
            return;
        };
        self.of_blocks += frame.arity.both() * self.place;
        if frame.is_loop
            && let Some(ended) = self.loops.pop()
            && let Some(end) = self.loop_ends.get_mut(ended.index)
        {
            *end = self.place;
        }
    }

    fn branch(&mut self, depth: u32, targets: u64) {
        self.place += targets;
        let frame = self.frames.iter().rev().nth(depth as usize);
        let values = frame.map_or(0, |frame| match frame.is_loop {
            true => frame.arity.params,
            false => frame.arity.results,
        });
        self.passed += values * targets;
    }

    fn look(&mut self) {
        self.place += BLOCKS_OF_A_LOOK;
        self.looks += 1;
    }

    fn moves_much(&mut self) {
        self.place += BLOCKS_OF_A_MOVE;
        self.moves += 1;
    }

    fn local(&mut self, index: u32, is_set: bool) {
        let index = index as usize;
        if index >= MOST_LOCALS {
            return;
        }
        if index >= self.locals.len() {
            self.locals.resize(index + 1, Local::default());
        }
        if let Some(local) = self.locals.get_mut(index) {
            local.used_at(self.place, is_set, &self.frames, &self.loops);
        }
    }
}

impl Local {
    fn used_at(&mut self, place: u64, is_set: bool, frames: &[Frame], loops: &[Loop]) {
        if !self.is_used
            && is_set
            && let Some(frame) = frames.last()
        {
            self.start = place;
            self.frame = (frames.len() - 1, frame.id);
        }
        let (depth, id) = self.frame;
        if frames.get(depth).is_none_or(|frame| frame.id != id) {
            // Its first value is not the only one that arrives here: there is the zero of the beginning.
            (self.start, self.frame) = (0, (0, 0));
        }
        self.is_used = true;
        self.last = place;
        let after = loops.partition_point(|open| open.start <= self.start);
        self.across = loops.get(after).map(|open| open.index).or(self.across);
    }
}
