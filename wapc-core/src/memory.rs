//! Checks a guest's pointers and lengths against its memory.

use crate::error::ProtocolError;
use std::ops::Range;

/// A pointer and a length from a guest. They are not checked before they are used with a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The address of the first byte.
    pub pointer: u32,
    /// The length in bytes.
    pub length: u32,
}

impl Span {
    /// Returns a span from two `i32` of a guest, which are unsigned numbers.
    #[must_use]
    pub fn new(pointer: u32, length: u32) -> Self {
        Self { pointer, length }
    }
}

pub(crate) fn read<'m>(
    memory: &'m [u8],
    span: Span,
    what: &'static str,
) -> Result<&'m [u8], ProtocolError> {
    let length = span.length as usize;
    if length == 0 {
        // Guests pass any pointer with a length of 0; no byte of memory is read.
        return Ok(&[]);
    }
    let range = range(span.pointer, length);
    memory
        .get(range)
        .ok_or_else(|| out_of_bounds(memory, span.pointer, length, what))
}

/// Reads a string of AssemblyScript: UTF-16, with its length in bytes in the word before it. Returns
/// `None` for the null pointer, and at most the first `most` units of a long string.
pub(crate) fn read_utf16(
    memory: &[u8],
    pointer: u32,
    most: usize,
    what: &'static str,
) -> Result<Option<String>, ProtocolError> {
    const HEADER: u32 = 4;
    if pointer == 0 {
        return Ok(None);
    }
    let header = pointer.checked_sub(HEADER);
    let header = header.ok_or_else(|| out_of_bounds(memory, pointer, HEADER as usize, what))?;
    let length = read(memory, Span::new(header, HEADER), what)?;
    let length = length.first_chunk().copied().map_or(0, u32::from_le_bytes);
    let (units, _) = read(memory, Span::new(pointer, length), what)?.as_chunks();
    let units = units.iter().copied().map(u16::from_le_bytes).take(most);
    let characters = char::decode_utf16(units);
    Ok(Some(
        characters
            .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    ))
}

pub(crate) fn write(
    memory: &mut [u8],
    pointer: u32,
    data: &[u8],
    what: &'static str,
) -> Result<(), ProtocolError> {
    if data.is_empty() {
        return Ok(());
    }
    match memory.get_mut(range(pointer, data.len())) {
        Some(target) => {
            target.copy_from_slice(data);
            Ok(())
        }
        None => Err(out_of_bounds(memory, pointer, data.len(), what)),
    }
}

/// Returns the range of bytes. An end that overflows saturates, so it is out of bounds too.
fn range(pointer: u32, length: usize) -> Range<usize> {
    let start = pointer as usize;
    start..start.saturating_add(length)
}

fn out_of_bounds(memory: &[u8], pointer: u32, length: usize, what: &'static str) -> ProtocolError {
    ProtocolError::OutOfBounds {
        what,
        pointer,
        length,
        memory: memory.len(),
    }
}
