//! Accesses to memory between two interrupt points.
//!
//! A page of memory that is touched for the first time takes the system a microsecond or more. Straight
//! code may touch all 16,384 pages of 64 MiB, in 150 KB.

use crate::opcodes::{
    BLOCK, BR, BR_IF, BR_TABLE, CALL, CALL_INDIRECT, ELSE, END, FIRST_LOAD, IF, LAST_STORE, LOOP,
    RETURN, UNREACHABLE,
};
use crate::step::Step;

/// Accesses that follow one another without an interrupt point: less than a slice's worth, whatever they touch.
pub(super) const MOST: u32 = 1024;

/// Bytes that this many accesses have at least.
const SHORT: usize = 3 * MOST as usize;

/// Accesses since the last interrupt point, on the path through a function that has the most of them.
#[derive(Default)]
pub(super) struct Accesses {
    since: u32,
    /// The blocks that are open.
    blocks: Vec<Block>,
}

#[derive(Default)]
struct Block {
    is_loop: bool,
    /// Accesses at its end, on the paths that branch there.
    arriving: u32,
    /// Accesses where an `if` began that has no `else` so far.
    otherwise: u32,
}

impl Accesses {
    /// Begins a function of so many bytes, if that is long enough to need an interrupt point.
    pub(super) fn in_function(bytes: usize) -> Option<Self> {
        (bytes >= SHORT).then(Self::default)
    }

    /// Goes past an interrupt point.
    pub(super) fn interrupted(&mut self) {
        self.since = 0;
    }

    /// Goes past an operator, and returns true if it needs an interrupt point before it.
    pub(super) fn pass(&mut self, step: &Step<'_, '_>) -> bool {
        match step.opcode {
            FIRST_LOAD..=LAST_STORE => return self.access(),
            BLOCK => self.blocks.push(Block::default()),
            // Each round begins with an interrupt point, and so does a function that is called.
            LOOP => {
                self.since = 0;
                self.blocks.push(Block {
                    is_loop: true,
                    ..Block::default()
                });
            }
            CALL | CALL_INDIRECT => self.since = 0,
            IF => self.blocks.push(Block {
                otherwise: self.since,
                ..Block::default()
            }),
            ELSE => self.other_branch(),
            END => self.close(),
            BR_IF => self.arrive(step.number()),
            BR => {
                self.arrive(step.number());
                self.since = 0;
            }
            BR_TABLE => {
                step.targets().for_each(|depth| self.arrive(depth));
                self.since = 0;
            }
            // What follows is never reached.
            RETURN | UNREACHABLE => self.since = 0,
            _ => {}
        }
        false
    }

    fn access(&mut self) -> bool {
        let is_one_too_many = self.since >= MOST;
        if is_one_too_many {
            self.since = 0;
        }
        self.since += 1;
        is_one_too_many
    }

    fn other_branch(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            block.arriving = block.arriving.max(self.since);
            self.since = std::mem::take(&mut block.otherwise);
        }
    }

    fn close(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.since = self.since.max(block.arriving).max(block.otherwise);
        }
    }

    /// A path leads to the end of a block, or to a loop, which begins with an interrupt point.
    fn arrive(&mut self, depth: u32) {
        let block = self.blocks.iter_mut().rev().nth(depth as usize);
        if let Some(block) = block.filter(|block| !block.is_loop) {
            block.arriving = block.arriving.max(self.since);
        }
    }
}
