//! How many values functions take and give.
//!
//! Source: sections 5.3.6, "Function Types", and 5.5.4, "Type Section", of the WebAssembly core
//! specification.

use super::reader::Reader;

/// The most values that a function type of the section takes, or gives, as far as it can be read.
pub(super) fn longest(section: &[u8]) -> u64 {
    let mut longest = 0;
    // Where it ends early, the engine ends too.
    let _ = read(Reader::new(section), &mut longest);
    longest
}

/// A type of functions, and what may come before one that has no types above it.
const FUNCTION: u8 = 0x60;
const FINAL: u8 = 0x4F;

fn read(mut section: Reader<'_>, longest: &mut u64) -> Option<()> {
    for _ in 0..section.number()? {
        let mut kind = section.byte()?;
        if kind == FINAL && section.number()? == 0 {
            kind = section.byte()?;
        }
        if kind != FUNCTION {
            return None;
        }
        for _parameters_then_results in 0..2 {
            let count = section.number()?;
            *longest = (*longest).max(count.into());
            for _ in 0..count {
                section.skip_type()?;
            }
        }
    }
    Some(())
}
