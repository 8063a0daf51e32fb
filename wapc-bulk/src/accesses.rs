//! How often code reads and writes memory before an engine looks whether its slice is over.
//!
//! A page of memory that is touched for the first time takes the system a microsecond or more. Straight
//! code may touch all 16,384 pages of 64 MiB, in 150 KB.

use capwire_code::Operator;
use wasmparser::{BinaryReader, BinaryReaderError, Operator as Decoded};

/// Accesses that follow one another without a look: less than a slice's worth, whatever they touch.
const MOST: u32 = 1024;

/// Bytes that this many of them have at least.
const SHORT: usize = 3 * MOST as usize;

const UNREACHABLE: u8 = 0x00;
const BLOCK: u8 = 0x02;
const LOOP: u8 = 0x03;
const IF: u8 = 0x04;
const ELSE: u8 = 0x05;
const END: u8 = 0x0B;
const BR: u8 = 0x0C;
const BR_TABLE: u8 = 0x0E;
const RETURN: u8 = 0x0F;
const CALL: u8 = 0x10;
const CALL_INDIRECT: u8 = 0x11;
const FIRST_LOAD: u8 = 0x28;
const LAST_STORE: u8 = 0x3E;

/// Accesses since the last look, on the way through a function that has the most of them.
pub(crate) struct Accesses<'a> {
    body: &'a [u8],
    since: u32,
    /// The blocks that are open.
    blocks: Vec<Block>,
}

#[derive(Default)]
struct Block {
    is_loop: bool,
    /// At its end, on the ways there but the straight one.
    arriving: u32,
    /// Where an `if` began that has no `else` so far.
    otherwise: u32,
}

impl<'a> Accesses<'a> {
    pub(crate) fn of(body: &'a [u8]) -> Self {
        Self {
            body,
            since: 0,
            blocks: Vec::new(),
        }
    }

    /// There is a look.
    pub(crate) fn looked(&mut self) {
        self.since = 0;
    }

    /// Goes on past an operator, and returns whether there has to be a look before it.
    pub(crate) fn pass(&mut self, operator: Operator) -> Result<bool, BinaryReaderError> {
        if self.body.len() < SHORT {
            return Ok(false);
        }
        match operator.opcode {
            FIRST_LOAD..=LAST_STORE => return Ok(self.access()),
            BLOCK => self.blocks.push(Block::default()),
            // Each round begins with a look, and so does a function that is called.
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
            BR..=BR_TABLE => self.branch(operator)?,
            // What follows is never reached.
            RETURN | UNREACHABLE => self.since = 0,
            _ => {}
        }
        Ok(false)
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

    fn branch(&mut self, operator: Operator) -> Result<(), BinaryReaderError> {
        let code = self.body.get(operator.place..).unwrap_or_default();
        match BinaryReader::new(code, 0).read_operator()? {
            Decoded::BrIf { relative_depth } => self.arrive(relative_depth),
            Decoded::Br { relative_depth } => {
                self.arrive(relative_depth);
                self.since = 0;
            }
            Decoded::BrTable { targets } => {
                self.arrive(targets.default());
                for target in targets.targets() {
                    self.arrive(target?);
                }
                self.since = 0;
            }
            _ => {}
        }
        Ok(())
    }

    /// A way leads to the end of a block, or to where a loop looks.
    fn arrive(&mut self, depth: u32) {
        let block = self.blocks.iter_mut().rev().nth(depth as usize);
        if let Some(block) = block.filter(|block| !block.is_loop) {
            block.arriving = block.arriving.max(self.since);
        }
    }
}

#[cfg(test)]
mod tests;
