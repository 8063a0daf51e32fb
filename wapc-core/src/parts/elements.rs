//! How many elements the segments for tables have.
//!
//! Source: section 5.5.12, "Element Section", of the WebAssembly core specification.

use crate::sections::read_u32;

/// The elements of all segments of a section; of one that cannot be read, as many as it has bytes.
pub(super) fn count(section: &[u8]) -> u64 {
    count_in(Reader(section)).unwrap_or(section.len() as u64)
}

/// Each step reads a byte at least, so that this ends with the section.
fn count_in(mut section: Reader<'_>) -> Option<u64> {
    let mut elements = 0;
    for _ in 0..section.number()? {
        elements += u64::from(section.segment()?);
    }
    Some(elements)
}

/// Bits of what a segment begins with.
const PASSIVE_OR_DECLARED: u32 = 1;
const TABLE_OR_DECLARED: u32 = 2;
const EXPRESSIONS: u32 = 4;

const LONG_NULLABLE: u8 = 0x63;
const LONG: u8 = 0x64;

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// Reads a segment, and returns how many elements it has.
    fn segment(&mut self) -> Option<u32> {
        let kind = self.number()?;
        if kind & PASSIVE_OR_DECLARED == 0 {
            if kind & TABLE_OR_DECLARED != 0 {
                self.number()?;
            }
            self.expression()?;
        }
        if kind & (PASSIVE_OR_DECLARED | TABLE_OR_DECLARED) != 0 {
            self.type_of_elements()?;
        }
        let count = self.number()?;
        for _ in 0..count {
            match kind & EXPRESSIONS {
                0 => self.skip_number()?,
                _ => self.expression()?,
            }
        }
        Some(count)
    }

    fn type_of_elements(&mut self) -> Option<()> {
        match self.byte()? {
            LONG_NULLABLE | LONG => self.skip_number(),
            _ => Some(()),
        }
    }

    /// A constant expression, of the instructions that may be in one.
    fn expression(&mut self) -> Option<()> {
        loop {
            match self.byte()? {
                0x0B => return Some(()),
                // `global.get`, `i32.const`, `i64.const`, `ref.null`, `ref.func`
                0x23 | 0x41 | 0x42 | 0xD0 | 0xD2 => self.skip_number()?,
                // `i32.add` to `i32.mul`, `i64.add` to `i64.mul`
                0x6A..=0x6C | 0x7C..=0x7E => {}
                _ => return None,
            }
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u32> {
        let (number, rest) = read_u32(self.0)?;
        self.0 = rest;
        Some(number)
    }

    fn skip_number(&mut self) -> Option<()> {
        while self.byte()? & 0x80 != 0 {}
        Some(())
    }
}
