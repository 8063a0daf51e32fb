//! A way around a fault of wasmi 2.0.0, to be deleted with the version that has it.
//!
//! In wasmi a `local.get` is done when its value is used; until then the stack has the local itself. So
//! where a block begins, wasmi copies all locals from the stack: code in the block may change them, and
//! may be run often or not at all. But where the block takes values, wasmi leaves out as many locals as
//! these are, though they may be no locals and the locals be other values: a guest then goes on with what
//! was on the interpreter's stack before. Each such block also has wasmi look through all of the stack,
//! which takes seconds for a function of a megabyte.
//!
//! A block that takes nothing has all locals copied, so an empty one goes before each that takes values.

use capwire_code::{Operators, Sections, with_bodies, with_insertions};
use memchr::memrchr3_iter;
use std::borrow::Cow;
use wasmparser::{BinaryReader, BinaryReaderError, BlockType, Operator};

/// `block end`
const EMPTY: &[u8] = &[BLOCK, 0x40, 0x0B];

const BLOCK: u8 = 0x02;
const LOOP: u8 = 0x03;
const IF: u8 = 0x04;

/// The same module without what wasmi gets wrong. What cannot be read is left to wasmi to refuse.
pub(crate) fn work_around(wasm: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let parameters = parameters(&wasm).unwrap_or_default();
    with_bodies(wasm, |body| {
        let Some(last) = last_candidate(body) else {
            return Ok(None);
        };
        let places = places(body, last, &parameters)?;
        Ok(with_insertions(body, &places, EMPTY))
    })
}

/// How many values each type takes.
fn parameters(wasm: &[u8]) -> Result<Vec<u32>, BinaryReaderError> {
    for section in Sections::of(wasm) {
        let parameters = section?.parameters()?;
        if !parameters.is_empty() {
            return Ok(parameters);
        }
    }
    Ok(Vec::new())
}

/// The last bytes that may be a block that takes values, or gives several.
fn last_candidate(body: &[u8]) -> Option<usize> {
    memrchr3_iter(BLOCK, LOOP, IF, body).find(|place| has_type_of_functions(body, *place))
}

/// Other types of blocks are one byte, which as a number is negative.
fn has_type_of_functions(body: &[u8], block: usize) -> bool {
    let first = body.get(block + 1);
    first.is_some_and(|first| !matches!(first, 0x40..=0x7F))
}

/// Where, up to `last`, the body has a block that takes values.
fn places(body: &[u8], last: usize, parameters: &[u32]) -> Result<Vec<usize>, BinaryReaderError> {
    let mut places = Vec::new();
    for operator in Operators::of(body)? {
        let capwire_code::Operator { place, opcode } = operator?;
        if place > last {
            break;
        }
        if matches!(opcode, BLOCK | LOOP | IF)
            && has_type_of_functions(body, place)
            && takes_values(body.get(place..).unwrap_or_default(), parameters)?
        {
            places.push(place);
        }
    }
    Ok(places)
}

fn takes_values(code: &[u8], parameters: &[u32]) -> Result<bool, BinaryReaderError> {
    Ok(match BinaryReader::new(code, 0).read_operator()? {
        Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
            matches!(blockty, BlockType::FuncType(ty) if parameters.get(ty as usize) != Some(&0))
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests;
