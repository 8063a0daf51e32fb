//! Modules whose functions have other bodies.

use crate::{Edit, Sections, edited};
use std::borrow::Cow;
use wasmparser::BinaryReaderError;

/// The same module with other bodies for the functions for which `change` has some. A module of which
/// something cannot be read stays as it is.
///
/// ```
/// use capwire_code::{Operators, with_bodies, with_insertions};
///
/// // A `nop` before each `drop`.
/// let slower = |wasm: Vec<u8>| {
///     with_bodies(wasm.into(), |body| {
///         let drops = Operators::of(body)?.filter(|one| one.as_ref().is_ok_and(|one| one.opcode == 0x1A));
///         let places: Vec<usize> = drops.flatten().map(|one| one.place).collect();
///         Ok(with_insertions(body, &places, &[0x01]))
///     })
/// };
/// let module = wat::parse_str("(module (func i32.const 1 drop) (func))")?;
/// let expected = wat::parse_str("(module (func i32.const 1 nop drop) (func))")?;
/// assert_eq!(slower(module), expected);
/// # Ok::<(), wat::Error>(())
/// ```
#[must_use]
pub fn with_bodies(
    wasm: Cow<'_, [u8]>,
    change: impl FnMut(&[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError>,
) -> Cow<'_, [u8]> {
    match edits(&wasm, change) {
        Ok(edits) if !edits.is_empty() => Cow::Owned(edited(&wasm, &edits)),
        Ok(_) | Err(_) => wasm,
    }
}

/// `body` with `bytes` before each of `places`, which are in order; `None` if there are no places.
#[must_use]
pub fn with_insertions(body: &[u8], places: &[usize], bytes: &[u8]) -> Option<Vec<u8>> {
    if places.is_empty() {
        return None;
    }
    let mut changed = Vec::with_capacity(body.len() + places.len() * bytes.len());
    let mut done = 0;
    for &place in places {
        changed.extend_from_slice(body.get(done..place).unwrap_or_default());
        changed.extend_from_slice(bytes);
        done = place;
    }
    changed.extend_from_slice(body.get(done..).unwrap_or_default());
    Some(changed)
}

fn edits(
    wasm: &[u8],
    mut change: impl FnMut(&[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError>,
) -> Result<Vec<Edit>, BinaryReaderError> {
    let mut edits = Vec::new();
    for section in Sections::of(wasm) {
        let section = section?;
        let functions = section.with_bodies(|_, body| change(body))?;
        if !functions.is_empty() {
            edits.extend(section.edited(functions)?);
        }
    }
    Ok(edits)
}
