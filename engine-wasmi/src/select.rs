//! A way around a fault of wasmi 2.0.0, to be deleted with the version that has it.
//!
//! wasmi translates `(select a b (i32.eqz (local.get x)))` to one instruction that tests `x`, but
//! has it test a register that nothing was written to. The same happens with `i32.eq` and `i32.ne`
//! with 0 and with `ref.is_null`, also when instructions that do nothing follow. wasmi cannot be
//! told not to, so the condition gets another last instruction: `i32.popcnt`, whose result is 0
//! exactly if its operand is.

mod roles;

use roles::{Role, Roles};
use std::borrow::Cow;
use std::ops::Range;
use wasm_encoder::{Encode, SectionId};
use wasmparser::{BinaryReaderError, FunctionBody, Parser, Payload};

const I32_POPCNT: u8 = 0x69;
const MODULE_HEADER_BYTES: usize = 8;
/// The most that a number of 32 bits takes in a module.
const MOST_NUMBER_BYTES: usize = 5;

/// The same module without what wasmi gets wrong. What cannot be read is left to wasmi to refuse.
pub(crate) fn work_around(wasm: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match rewritten(&wasm) {
        Ok(Some(rewritten)) => Cow::Owned(rewritten),
        Ok(None) | Err(_) => wasm,
    }
}

/// `None` if nothing has to change.
fn rewritten(wasm: &[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let (mut code, mut section_end) = (0..0, MODULE_HEADER_BYTES);
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Payload::CodeSectionStart { range, .. } = &payload {
            code = section_end..range.end;
        }
        if let Some((_, range)) = payload.as_section() {
            section_end = range.end;
        }
        if let Payload::CodeSectionEntry(body) = payload {
            bodies.push(with_insertions(&body)?);
        }
    }
    let changed = bodies.iter().any(|body| matches!(body, Cow::Owned(_)));
    Ok(changed.then(|| replaced(wasm, code, &bodies)))
}

/// The module with these functions in the place of its section `code`.
fn replaced(wasm: &[u8], code: Range<usize>, bodies: &[Cow<'_, [u8]>]) -> Vec<u8> {
    let length: usize = bodies
        .iter()
        .map(|body| body.len() + MOST_NUMBER_BYTES)
        .sum();
    let mut section = Vec::with_capacity(MOST_NUMBER_BYTES + length);
    bodies.len().encode(&mut section);
    for body in bodies {
        body.encode(&mut section);
    }
    let mut module = Vec::with_capacity(wasm.len() + section.len());
    module.extend_from_slice(wasm.get(..code.start).unwrap_or_default());
    module.push(SectionId::Code.into());
    section.encode(&mut module);
    module.extend_from_slice(wasm.get(code.end..).unwrap_or_default());
    module
}

/// A function's body, owned if it had to change.
fn with_insertions<'a>(body: &FunctionBody<'a>) -> Result<Cow<'a, [u8]>, BinaryReaderError> {
    let bytes = body.as_bytes();
    if !may_need_insertions(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let insertions = insertions(body)?;
    if insertions.is_empty() {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut changed = Vec::with_capacity(bytes.len() + insertions.len());
    let mut rest = bytes;
    let mut done = body.range().start;
    for place in insertions {
        let (before, after) = rest.split_at_checked(place - done).unwrap_or((rest, &[]));
        changed.extend_from_slice(before);
        changed.push(I32_POPCNT);
        (rest, done) = (after, place);
    }
    changed.extend_from_slice(rest);
    Ok(Cow::Owned(changed))
}

/// Whether there are bytes that a `select` and a comparison with 0 have: quickly known, and false
/// for most functions.
fn may_need_insertions(body: &[u8]) -> bool {
    let has = |opcodes: &[u8]| body.iter().any(|byte| opcodes.contains(byte));
    has(&[0x1B, 0x1C]) && has(&[0x45, 0x46, 0x47, 0xD1])
}

/// Where the module has a `select` whose condition wasmi may get wrong.
fn insertions(body: &FunctionBody<'_>) -> Result<Vec<usize>, BinaryReaderError> {
    let mut operators = body.get_operators_reader()?;
    let mut places = Vec::new();
    let mut before = Role::SafeCondition;
    while !operators.eof() {
        let place = operators.original_position();
        let role = operators.visit_operator(&mut Roles)?;
        if role == Role::Select && before != Role::SafeCondition {
            places.push(place);
        }
        before = role;
    }
    Ok(places)
}

#[cfg(test)]
mod tests;
