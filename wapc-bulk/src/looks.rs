//! Places in straight code where an engine looks whether a slice is over.

use capwire_code::{Operator, Operators, Sections, with_bodies, with_insertions};
use std::borrow::Cow;
use wasmparser::{BinaryReader, BinaryReaderError};

/// The same module with looks between all that may take long: for engines that look whether a slice
/// is over only where functions and rounds of loops begin.
///
/// Between two of these a guest may call its host or fill its tables a hundred thousand times, one
/// after the other. So before each call that may be of an import, and each instruction that moves
/// many bytes or elements or makes more of them, there is a loop of one round with nothing in it. What
/// cannot be read is returned as it is.
///
/// ```
/// let module = b"\0asm\x01\0\0\0"; // no code
/// assert_eq!(capwire_bulk::with_looks(module[..].into()), &module[..]);
/// ```
#[must_use]
pub fn with_looks(wasm: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match imported_functions(&wasm) {
        Ok(imported) => with_bodies(wasm, |body| looking(body, imported)),
        Err(_) => wasm,
    }
}

fn imported_functions(wasm: &[u8]) -> Result<u32, BinaryReaderError> {
    Sections::of(wasm).try_fold(0, |sum, section| Ok(sum + section?.imported_functions()?))
}

/// `(loop)`
const LOOK: [u8; 3] = [0x03, 0x40, 0x0B];

/// A function's body if it has to change.
fn looking(body: &[u8], imported: u32) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let mut places = Vec::new();
    for operator in Operators::of(body)? {
        let operator = operator?;
        if may_take_long(operator, body, imported)? {
            places.push(operator.place);
        }
    }
    Ok(with_insertions(body, &places, &LOOK))
}

const CALL: u8 = 0x10;
const CALL_INDIRECT: u8 = 0x11;
const MEMORY_GROW: u8 = 0x40;
/// What bulk instructions begin with, and conversions of numbers, which are the first eight.
const PREFIX: u8 = 0xFC;
const CONVERSIONS: u32 = 8;

fn may_take_long(
    Operator { place, opcode }: Operator,
    body: &[u8],
    imported: u32,
) -> Result<bool, BinaryReaderError> {
    let number = || BinaryReader::new(body.get(place + 1..).unwrap_or_default(), 0).read_var_u32();
    Ok(match opcode {
        CALL => number()? < imported,
        // Of whatever is in a table.
        CALL_INDIRECT | MEMORY_GROW => true,
        PREFIX => number()? >= CONVERSIONS,
        _ => false,
    })
}
