//! How many parts a module may have, whatever engine compiles it.
//!
//! Compilers take time and memory for each part of a module, up to thousands of times what the part
//! has in the file, and nothing can stop them meanwhile: four megabytes of a table's elements took
//! wasmtime 48 over a minute and six gigabytes. What is allowed here is more than compilers of today's
//! languages make, and costs the slowest engine some seconds and some hundred megabytes at most.

mod elements;
mod expressions;
mod reader;
mod types;

use crate::error::CompileError;
use crate::sections::{Section, read_u32, sections};

/// Sections, what they are lists of, and how many entries they may have.
const MOST: [(u8, &str, u64); 7] = [
    (TYPES, "types", 10_000),
    (2, "imports", 10_000),
    (3, "functions", 50_000),
    (GLOBALS, "globals", 50_000),
    (7, "exports", 50_000),
    (ELEMENTS, "element segments", 50_000),
    (DATA, "data segments", 20_000),
];

const GLOBALS: u8 = 6;
const DATA: u8 = 11;
/// Compilers write one to three. wasmi reads each by a call of its own within the next one's, until a
/// thread's stack is full.
const MOST_INSTRUCTIONS: u64 = 100;
/// wasmtime makes one function of all expressions that have to be computed: 50,000 sums of two took it
/// seven seconds.
const MOST_MORE_INSTRUCTIONS: u64 = 10_000;

const ELEMENTS: u8 = 9;
/// As many as tables may have by default.
const MOST_ELEMENTS: u64 = 100_000;

const TYPES: u8 = 1;
/// A branch of two bytes may pass on as many.
const MOST_VALUES: u64 = 100;

const CODE: u8 = 10;
const MOST_FUNCTION_BYTES: u64 = 1024 * 1024;

/// Checks that a module has no more parts than a compiler can be asked to take: 50,000 functions,
/// globals and exports, 10,000 types and imports, 20,000 data segments, 100,000 elements in segments
/// for tables, 1 MiB of code in a function, 100 values that a function takes or gives, 100 instructions
/// in a constant expression, 10,000 beside the first of each in those of a section. Hosts call it before
/// they compile.
///
/// Nothing else is checked: what is no module is for the engine to refuse.
///
/// # Errors
/// [`CompileError::TooLarge`] says of what there is too much.
///
/// ```
/// assert!(capwire_wapc::parts::check(b"\0asm\x01\0\0\0").is_ok());
/// ```
pub fn check(wasm: &[u8]) -> Result<(), CompileError> {
    let sections = sections(wasm).unwrap_or_default();
    sections.iter().try_for_each(of_section)
}

/// Bytes of code of a module's longest function: for engines that compile some of them later, in a
/// call that waits meanwhile.
///
/// ```
/// assert_eq!(capwire_wapc::parts::largest_function(b"\0asm\x01\0\0\0"), 0);
/// ```
#[must_use]
pub fn largest_function(wasm: &[u8]) -> u64 {
    let sections = sections(wasm).unwrap_or_default();
    let code = sections.iter().find(|section| section.id == CODE);
    code.map_or(0, |code| largest_in(code.content))
}

fn of_section(section: &Section<'_>) -> Result<(), CompileError> {
    let row = MOST.iter().find(|(id, _, _)| *id == section.id);
    if let Some((_, what, most)) = row {
        let entries = read_u32(section.content).map_or(0, |(entries, _)| entries);
        at_most(what, entries.into(), *most)?;
    }
    let expressions = expressions::of(section);
    at_most(
        "instructions in a constant expression",
        expressions.longest,
        MOST_INSTRUCTIONS,
    )?;
    at_most(
        "instructions in constant expressions, beside the first of each",
        expressions.more,
        MOST_MORE_INSTRUCTIONS,
    )?;
    match section.id {
        TYPES => at_most(
            "values that a function takes, or gives",
            types::longest(section.content),
            MOST_VALUES,
        ),
        ELEMENTS => at_most(
            "elements of tables",
            elements::count(section.content),
            MOST_ELEMENTS,
        ),
        CODE => at_most(
            "bytes of code in a function",
            largest_in(section.content),
            MOST_FUNCTION_BYTES,
        ),
        _ => Ok(()),
    }
}

fn at_most(what: &'static str, count: u64, most: u64) -> Result<(), CompileError> {
    match count <= most {
        true => Ok(()),
        false => Err(CompileError::TooLarge { what, count, most }),
    }
}

/// Bytes of the longest function in a code section.
fn largest_in(code: &[u8]) -> u64 {
    let mut rest = read_u32(code).map_or(&[][..], |(_, rest)| rest);
    let mut largest = 0;
    while let Some((length, body)) = read_u32(rest) {
        largest = largest.max(length);
        rest = body.get(length as usize..).unwrap_or_default();
    }
    largest.into()
}

#[cfg(test)]
mod tests;
