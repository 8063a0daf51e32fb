//! The start section of a module as one more start function.
//!
//! WebAssembly runs a module's start section while it is instantiated, where few engines can
//! suspend, stop or even count it. So engines compile [`as_export`]: instantiating that runs none
//! of the guest's code, and what the start section named is called like any other start function.
//!
//! Source: section 5.5, "Modules", of the WebAssembly core specification.

use crate::sections::{HEADER, Section, read_u32, sections};
use std::borrow::Cow;

/// The export that names what the start section named.
pub const EXPORT: &str = "capwire: start section";

/// The bytes are no sequence of sections, so they are no WebAssembly module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes do not divide into the sections of a WebAssembly module")]
pub struct Malformed;

/// The same module with its start section replaced by an export named [`EXPORT`], or as it is if
/// it has none. Only the division into sections is checked: the rest is for the engine, and before
/// this, since what is wrong with a start section does not show when that is gone.
///
/// # Errors
/// If the bytes do not divide into sections, or there are several start or export sections.
///
/// ```
/// use capwire_wapc::start_section::as_export;
///
/// let empty = b"\0asm\x01\0\0\0";
/// assert_eq!(as_export(empty).unwrap(), &empty[..]);
/// ```
pub fn as_export(wasm: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    let sections = sections(wasm).ok_or(Malformed)?;
    let Some(function) = single(&sections, START)? else {
        return Ok(Cow::Borrowed(wasm));
    };
    let exports = single(&sections, EXPORTS)?.unwrap_or(&[0]);
    let exports = with_export(exports, function).ok_or(Malformed)?;
    Ok(Cow::Owned(replaced(&sections, &exports)))
}

const EXPORTS: u8 = 7;
const START: u8 = 8;
const KIND_FUNCTION: u8 = 0;

fn single<'a>(sections: &[Section<'a>], id: u8) -> Result<Option<&'a [u8]>, Malformed> {
    let mut found = sections.iter().filter(|section| section.id == id);
    match (found.next(), found.next()) {
        (first, None) => Ok(first.map(|section| section.content)),
        _ => Err(Malformed),
    }
}

/// The content of an export section with one more export. The function's index stays as encoded.
fn with_export(exports: &[u8], function: &[u8]) -> Option<Vec<u8>> {
    let (count, entries) = read_u32(exports)?;
    let mut content = Vec::with_capacity(exports.len() + EXPORT.len() + 16);
    write_u32(&mut content, count.checked_add(1)?);
    content.extend_from_slice(entries);
    write_u32(&mut content, u32::try_from(EXPORT.len()).ok()?);
    content.extend_from_slice(EXPORT.as_bytes());
    content.push(KIND_FUNCTION);
    content.extend_from_slice(function);
    Some(content)
}

/// The module with `exports` where its start section was: that follows all that it may refer to,
/// and is where the specification wants an export section too.
fn replaced(sections: &[Section<'_>], exports: &[u8]) -> Vec<u8> {
    let mut module = HEADER.to_vec();
    for section in sections {
        match section.id {
            EXPORTS => {}
            START => {
                module.push(EXPORTS);
                // Its length is that of bytes in memory; what exceeds 32 bits is no module anyway.
                write_u32(
                    &mut module,
                    u32::try_from(exports.len()).unwrap_or(u32::MAX),
                );
                module.extend_from_slice(exports);
            }
            _ => module.extend_from_slice(section.whole),
        }
    }
    module
}

fn write_u32(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push((value & 0x7f) as u8);
}

#[cfg(test)]
mod tests;
