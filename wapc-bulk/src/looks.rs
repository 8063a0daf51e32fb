//! Places in straight code where an engine looks whether a slice is over.

use capwire_code::{Edit, Operator, Operators, Sections, edited};
use std::borrow::Cow;
use wasmparser::{BinaryReader, BinaryReaderError, Payload, TypeRef};

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
    match edits(&wasm) {
        Ok(edits) if !edits.is_empty() => Cow::Owned(edited(&wasm, &edits)),
        Ok(_) | Err(_) => wasm,
    }
}

/// `(loop)`
const LOOK: [u8; 3] = [0x03, 0x40, 0x0B];

fn edits(wasm: &[u8]) -> Result<Vec<Edit>, BinaryReaderError> {
    let mut imported = 0;
    let mut edits = Vec::new();
    for section in Sections::of(wasm) {
        let section = section?;
        if let Payload::ImportSection(imports) = &section.payload {
            for import in imports.clone() {
                imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
            }
        }
        let mut functions = Vec::new();
        for function in section.functions() {
            let function = function?;
            if let Some(body) = looking(function.body, imported)? {
                functions.push(Edit::function(function.range, &body));
            }
        }
        if !functions.is_empty() {
            edits.extend(section.edited(functions)?);
        }
    }
    Ok(edits)
}

/// A function's body if it has to change.
fn looking(body: &[u8], imported: u32) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let mut looking = Vec::new();
    let mut done = 0;
    for operator in Operators::of(body)? {
        let operator = operator?;
        if !may_take_long(operator, body, imported)? {
            continue;
        }
        looking.extend_from_slice(body.get(done..operator.place).unwrap_or_default());
        looking.extend_from_slice(&LOOK);
        done = operator.place;
    }
    if done == 0 {
        return Ok(None);
    }
    looking.extend_from_slice(body.get(done..).unwrap_or_default());
    Ok(Some(looking))
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
