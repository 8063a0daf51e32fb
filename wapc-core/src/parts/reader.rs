//! Reads what sections are made of.

use crate::sections::read_u32;

/// What is left of a section. Each step reads a byte at least, so that reading ends with the section.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    expressions: Expressions,
}

/// How many instructions constant expressions have, without `end`.
#[derive(Clone, Copy, Default)]
pub(super) struct Expressions {
    pub(super) longest: u64,
    /// Beside the first of each.
    pub(super) more: u64,
}

impl Expressions {
    /// One has an instruction more, and so many so far.
    fn count(&mut self, instructions: u64) {
        self.longest = self.longest.max(instructions);
        self.more += u64::from(instructions > 1);
    }
}

const LONG_NULLABLE: u8 = 0x63;
const LONG: u8 = 0x64;

impl<'a> Reader<'a> {
    pub(super) fn new(section: &'a [u8]) -> Self {
        Self {
            rest: section,
            expressions: Expressions::default(),
        }
    }

    /// The constant expressions so far.
    pub(super) fn expressions(&self) -> Expressions {
        self.expressions
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        let (number, rest) = read_u32(self.rest)?;
        self.rest = rest;
        Some(number)
    }

    pub(super) fn skip(&mut self, bytes: usize) -> Option<()> {
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }

    pub(super) fn skip_number(&mut self) -> Option<()> {
        while self.byte()? & 0x80 != 0 {}
        Some(())
    }

    /// The type of a value.
    pub(super) fn skip_type(&mut self) -> Option<()> {
        match self.byte()? {
            LONG_NULLABLE | LONG => self.skip_number(),
            _ => Some(()),
        }
    }

    /// A constant expression, of the instructions that may be in one.
    pub(super) fn expression(&mut self) -> Option<()> {
        let mut instructions = 0;
        loop {
            match self.byte()? {
                0x0B => return Some(()),
                // `global.get`, `i32.const`, `i64.const`, `ref.null`, `ref.func`
                0x23 | 0x41 | 0x42 | 0xD0 | 0xD2 => self.skip_number()?,
                // `f32.const`, `f64.const`
                0x43 => self.skip(4)?,
                0x44 => self.skip(8)?,
                // `i32.add` to `i32.mul`, `i64.add` to `i64.mul`
                0x6A..=0x6C | 0x7C..=0x7E => {}
                // `v128.const`
                0xFD => self.vector()?,
                _ => return None,
            }
            instructions += 1;
            self.expressions.count(instructions);
        }
    }

    fn vector(&mut self) -> Option<()> {
        match self.number()? {
            12 => self.skip(16),
            _ => None,
        }
    }
}
