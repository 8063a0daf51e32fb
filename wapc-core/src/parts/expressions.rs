//! How long the constant expressions are that globals begin with and segments are placed by.
//!
//! Source: sections 5.5.9, "Global Section", and 5.5.14, "Data Section", of the WebAssembly core
//! specification.

use super::elements;
use super::reader::{Expressions, Reader};
use super::{DATA, ELEMENTS, GLOBALS};
use crate::sections::Section;

/// Those of a section, as far as it can be read: what cannot be is nothing that an engine reads, either.
pub(super) fn of(section: &Section<'_>) -> Expressions {
    let mut reader = Reader::new(section.content);
    match section.id {
        GLOBALS => globals(&mut reader),
        ELEMENTS => elements::read(&mut reader).map(drop),
        DATA => segments(&mut reader),
        _ => None,
    };
    reader.expressions()
}

fn globals(section: &mut Reader<'_>) -> Option<()> {
    for _ in 0..section.number()? {
        section.skip_type()?;
        let _is_mutable = section.byte()?;
        section.expression()?;
    }
    Some(())
}

/// Bits of what a data segment begins with.
const PASSIVE: u32 = 1;
const MEMORY: u32 = 2;

fn segments(section: &mut Reader<'_>) -> Option<()> {
    for _ in 0..section.number()? {
        let kind = section.number()?;
        if kind & MEMORY != 0 {
            section.number()?;
        }
        if kind & PASSIVE == 0 {
            section.expression()?;
        }
        let bytes = section.number()?;
        section.skip(bytes as usize)?;
    }
    Some(())
}
