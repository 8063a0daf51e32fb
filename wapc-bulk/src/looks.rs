//! Places in straight code where an engine looks whether a slice is over.

use crate::accesses::Accesses;
use crate::facts::{Added, rewritten};
use crate::values::imports_are_values;
use capwire_code::{Operator, Operators, with_insertions};
use std::borrow::Cow;
use wasm_encoder::{Encode, Function};
use wasmparser::{BinaryReader, BinaryReaderError};

/// The same module with looks between all that may take long: for engines that look whether a slice
/// is over only where functions and rounds of loops begin.
///
/// Between two of these a guest may call its host or fill its tables a hundred thousand times, one
/// after the other, or touch new memory. So an empty function is called before each call that may be of
/// an import, before each instruction that moves many bytes or elements or makes more of them, and
/// between a thousand accesses to memory that follow one another. (An empty loop is quicker to run, but
/// compilers take time for the square of the number of loops.)
///
/// A module has to be valid before: see [the crate](crate).
///
/// ```
/// let module = b"\0asm\x01\0\0\0"; // no code
/// assert_eq!(capwire_bulk::with_looks(module[..].into())?, &module[..]);
/// # Ok::<(), wasmparser::BinaryReaderError>(())
/// ```
///
/// # Errors
/// If something of the module cannot be read, so that it may lack looks.
pub fn with_looks(wasm: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, BinaryReaderError> {
    let mut empty = Function::new([]);
    empty.instructions().end();
    let added = Added {
        ty: NO_VALUES,
        functions: &[empty],
    };
    let imports_are_values = imports_are_values(&wasm)?;
    rewritten(wasm, &added, |facts, _, body| {
        let long = Long {
            imported: facts.imported,
            imports_are_values,
        };
        let places = long.places(body)?;
        if places.is_empty() {
            return Ok(None);
        }
        let mut look = vec![CALL];
        facts.added_function().encode(&mut look);
        Ok(with_insertions(body, &places, &look))
    })
}

/// `(func)`
const NO_VALUES: &[u8] = &[0x60, 0, 0];

const CALL: u8 = 0x10;
const CALL_INDIRECT: u8 = 0x11;
const MEMORY_GROW: u8 = 0x40;
/// What bulk instructions begin with, and conversions of numbers, which are the first eight.
const PREFIX: u8 = 0xFC;
const CONVERSIONS: u32 = 8;

/// What tells the operators that may take long.
struct Long {
    /// How many functions are imported.
    imported: u32,
    imports_are_values: bool,
}

impl Long {
    /// Where a function's body needs looks.
    fn places(&self, body: &[u8]) -> Result<Vec<usize>, BinaryReaderError> {
        let mut places = Vec::new();
        let mut accesses = Accesses::of(body);
        for operator in Operators::of(body)? {
            let operator = operator?;
            let is_long = self.is_one(operator, body)?;
            if is_long {
                accesses.looked();
            }
            if accesses.pass(operator)? || is_long {
                places.push(operator.place);
            }
        }
        Ok(places)
    }

    fn is_one(
        &self,
        Operator { place, opcode }: Operator,
        body: &[u8],
    ) -> Result<bool, BinaryReaderError> {
        let number =
            || BinaryReader::new(body.get(place + 1..).unwrap_or_default(), 0).read_var_u32();
        Ok(match opcode {
            CALL => number()? < self.imported,
            // Of whatever is in a table. Functions that are not imported begin with a look.
            CALL_INDIRECT => self.imports_are_values,
            MEMORY_GROW => true,
            PREFIX => number()? >= CONVERSIONS,
            _ => false,
        })
    }
}
