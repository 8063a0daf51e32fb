//! A way around a fault of wasmi 2.0.0, to be deleted with the version that has it.
//!
//! wasmi translates `(select a b (i32.eqz (local.get x)))` to one instruction that tests `x`, but
//! has it test a register that nothing was written to. The same happens with `i32.eq` and `i32.ne`
//! with 0 and with `ref.is_null`, also when instructions that do nothing follow. wasmi cannot be
//! told not to, so the condition gets another last instruction: `i32.popcnt`, whose result is 0
//! exactly if its operand is.

use capwire_code::{Operator, Operators, with_bodies, with_insertions};
use memchr::{memchr, memchr3, memrchr2};
use std::borrow::Cow;
use wasmparser::BinaryReaderError;

const I32_POPCNT: u8 = 0x69;

/// The same module without what wasmi gets wrong. What cannot be read is left to wasmi to refuse.
pub(crate) fn work_around(wasm: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    with_bodies(wasm, |body| {
        let Some(last) = last_candidate(body) else {
            return Ok(None);
        };
        let places = insertions(body, last)?;
        Ok(with_insertions(body, &places, &[I32_POPCNT]))
    })
}

/// The last byte that may be a `select`, if there are bytes that may be comparisons with 0: quickly
/// known, and nothing for most functions.
fn last_candidate(body: &[u8]) -> Option<usize> {
    let last = memrchr2(SELECT, TYPED_SELECT, body)?;
    memchr3(I32_EQZ, I32_EQ, I32_NE, body).or_else(|| memchr(REF_IS_NULL, body))?;
    Some(last)
}

/// Where, up to `last`, the body has a `select` whose condition wasmi may get wrong.
fn insertions(body: &[u8], last: usize) -> Result<Vec<usize>, BinaryReaderError> {
    let mut places = Vec::new();
    let mut before = None;
    for operator in Operators::of(body)? {
        let Operator { place, opcode } = operator?;
        if place > last {
            break;
        }
        if matches!(opcode, SELECT | TYPED_SELECT) && !before.is_none_or(is_safe) {
            places.push(place);
        }
        before = Some(opcode);
    }
    Ok(places)
}

const SELECT: u8 = 0x1B;
const TYPED_SELECT: u8 = 0x1C;
const I32_EQZ: u8 = 0x45;
const I32_EQ: u8 = 0x46;
const I32_NE: u8 = 0x47;
const REF_IS_NULL: u8 = 0xD1;

/// Whether wasmi translates a `select` rightly that directly follows: the operator's value is
/// constant, a local, or of an instruction that is for sure no comparison of an `i32` with 0. One
/// of an `i64` with 0 is not safe, since wasmi may turn an earlier comparison around instead.
fn is_safe(opcode: u8) -> bool {
    matches!(
        opcode,
        0x20 | 0x22 | 0x23 | 0x41 // `local.get`, `local.tee`, `global.get`, `i32.const`
        | 0x28 | 0x2C..=0x2F // loads of an `i32`
        | 0x10 | 0x11 | 0x71 | 0x72 // calls, `i32.and`, `i32.or`
        | 0x48..=0x4F | 0x53..=0x5A | 0x5B..=0x66 // which is less, and all comparisons of floats
    )
}

#[cfg(test)]
mod tests;
