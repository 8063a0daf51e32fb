//! How many elements the segments for tables have.
//!
//! Source: section 5.5.12, "Element Section", of the WebAssembly core specification.

use super::reader::Reader;

/// The elements of all segments of a section; of one that cannot be read, as many as it has bytes.
pub(super) fn count(section: &[u8]) -> u64 {
    read(&mut Reader::new(section)).unwrap_or(section.len() as u64)
}

/// Reads a section, and returns how many elements all segments have.
pub(super) fn read(section: &mut Reader<'_>) -> Option<u64> {
    let mut elements = 0;
    for _ in 0..section.number()? {
        elements += u64::from(segment(section)?);
    }
    Some(elements)
}

/// Bits of what a segment begins with.
const PASSIVE_OR_DECLARED: u32 = 1;
const TABLE_OR_DECLARED: u32 = 2;
const EXPRESSIONS: u32 = 4;

/// Reads a segment, and returns how many elements it has.
fn segment(section: &mut Reader<'_>) -> Option<u32> {
    let kind = section.number()?;
    if kind & PASSIVE_OR_DECLARED == 0 {
        if kind & TABLE_OR_DECLARED != 0 {
            section.number()?;
        }
        section.expression()?;
    }
    if kind & (PASSIVE_OR_DECLARED | TABLE_OR_DECLARED) != 0 {
        section.skip_type()?;
    }
    let count = section.number()?;
    for _ in 0..count {
        match kind & EXPRESSIONS {
            0 => section.skip_number()?,
            _ => section.expression()?,
        }
    }
    Some(count)
}
