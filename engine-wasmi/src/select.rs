//! A way around a fault of wasmi 2.0.0, to be deleted with the version that has it.
//!
//! wasmi translates `(select a b (i32.eqz (local.get x)))` to one instruction that tests `x`, but
//! has it test a register that nothing was written to. The same happens with `i32.eq` and `i32.ne`
//! with 0 and with `ref.is_null`, also when instructions that do nothing follow. wasmi cannot be
//! told not to, so the condition gets another last instruction: `i32.popcnt`, whose result is 0
//! exactly if its operand is.

use std::borrow::Cow;
use wasm_encoder::{CodeSection, Module, RawSection};
use wasmparser::{BinaryReaderError, FunctionBody, Operator, Parser, Payload};

const I32_POPCNT: u8 = 0x69;

/// The same module without what wasmi gets wrong. What cannot be read is left to wasmi to refuse.
pub(crate) fn work_around(wasm: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match rewritten(&wasm) {
        Ok(Some(rewritten)) => Cow::Owned(rewritten),
        Ok(None) | Err(_) => wasm,
    }
}

/// `None` if nothing has to change.
fn rewritten(wasm: &[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload? {
            bodies.push(with_insertions(&body)?);
        }
    }
    match bodies.iter().any(|body| matches!(body, Cow::Owned(_))) {
        true => replaced(wasm, &bodies).map(Some),
        false => Ok(None),
    }
}

fn replaced(wasm: &[u8], bodies: &[Cow<'_, [u8]>]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Payload::CodeSectionStart { .. } = payload {
            let mut code = CodeSection::new();
            for body in bodies {
                code.raw(body);
            }
            module.section(&code);
        } else if let Some((id, range)) = payload.as_section() {
            let data = wasm.get(range).unwrap_or_default();
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}

/// A function's body, owned if it had to change.
fn with_insertions<'a>(body: &FunctionBody<'a>) -> Result<Cow<'a, [u8]>, BinaryReaderError> {
    let bytes = body.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, 0x1B | 0x1C)) {
        return Ok(Cow::Borrowed(bytes)); // no `select`, which is quickly known
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

/// Where the module has a `select` whose condition wasmi may get wrong.
fn insertions(body: &FunctionBody<'_>) -> Result<Vec<usize>, BinaryReaderError> {
    let mut places = Vec::new();
    let mut safe = true;
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, place) = operator?;
        if !safe && matches!(operator, Operator::Select | Operator::TypedSelect { .. }) {
            places.push(place);
        }
        safe = is_safe_condition(&operator);
    }
    Ok(places)
}

/// Whether wasmi translates a `select` rightly that directly follows: the operator's value is
/// constant, a local, or of an instruction that is for sure no comparison of an `i32` with 0.
/// `i64.eqz` is not here, since wasmi may turn an earlier comparison around instead.
fn is_safe_condition(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::LocalGet { .. }
            | O::LocalTee { .. }
            | O::GlobalGet { .. }
            | O::I32Const { .. }
            | O::I32Load { .. }
            | O::I32Load8S { .. }
            | O::I32Load8U { .. }
            | O::I32Load16S { .. }
            | O::I32Load16U { .. }
            | O::Call { .. }
            | O::CallIndirect { .. }
            | O::I32And
            | O::I32Or
            | O::I32LtS
            | O::I32LtU
            | O::I32GtS
            | O::I32GtU
            | O::I32LeS
            | O::I32LeU
            | O::I32GeS
            | O::I32GeU
            | O::I64LtS
            | O::I64LtU
            | O::I64GtS
            | O::I64GtU
            | O::I64LeS
            | O::I64LeU
            | O::I64GeS
            | O::I64GeU
            | O::F32Eq
            | O::F32Ne
            | O::F32Lt
            | O::F32Gt
            | O::F32Le
            | O::F32Ge
            | O::F64Eq
            | O::F64Ne
            | O::F64Lt
            | O::F64Gt
            | O::F64Le
            | O::F64Ge
    )
}

#[cfg(test)]
mod tests;
