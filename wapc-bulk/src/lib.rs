//! Bulk memory instructions in pieces, for engines that look at clocks and fuel only between
//! instructions.
//!
//! One `memory.fill` or `memory.copy` may move 4 GiB, for which it takes a second: by then its
//! guest's slice is long over, and so is the patience of whoever waits for the thread. So before a
//! module is compiled, each of them whose length is not known to be small becomes
//!
//! ```text
//! (local.tee $length)
//! (if (param i32 i32 i32) (result i32 i32 i32)
//!   (i32.gt_u (local.get $length) (i32.const PIECE))
//!   (then (call $all_but_the_last_piece)))
//! (memory.fill)
//! ```
//!
//! where the called function, one of two that are added to the module, is a loop with a piece in
//! each round. It moves nothing if any of it is out of bounds, so that the instruction itself traps
//! then, in the guest's function and before anything has changed, as it always did.
//!
//! `memory.init` and the instructions on tables stay: they are bounded by the size of the module,
//! and by the limit of table elements.
//!
//! ```
//! let module = b"\0asm\x01\0\0\0"; // nothing to cut
//! assert_eq!(capwire_bulk::in_pieces(module[..].into()), &module[..]);
//! ```

#![forbid(unsafe_code)]

mod body;
mod functions;

use body::Cutter;
use std::borrow::Cow;
use wasm_encoder::{CodeSection, Encode, Module, RawSection};
use wasmparser::{
    BinaryReader, BinaryReaderError, FunctionBody, Parser, Payload, TypeRef, TypeSectionReader,
};

/// Bytes that are moved in one piece: far less than a slice's worth.
pub const PIECE: u32 = 256 * 1024;

/// The same module with its bulk memory instructions cut. Names and all else stay; what cannot be
/// read, or has no such instruction, is returned as it is.
#[must_use]
pub fn in_pieces(wasm: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match cut(&wasm) {
        Ok(Some(cut)) => Cow::Owned(cut),
        Ok(None) | Err(_) => wasm,
    }
}

/// `None` if nothing has to change.
fn cut(wasm: &[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let mut facts = Facts::default();
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(types) => facts.parameters = parameters(types)?,
            Payload::ImportSection(imports) => {
                for import in imports {
                    facts.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(functions) => {
                facts.functions = functions.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::CodeSectionEntry(body) => bodies.push(facts.cut(bodies.len(), &body)?),
            _ => {}
        }
    }
    match bodies.iter().any(|body| matches!(body, Cow::Owned(_))) {
        true => replaced(wasm, &bodies, &facts).map(Some),
        false => Ok(None),
    }
}

/// What has to be known of a module to add functions to it.
#[derive(Default)]
struct Facts {
    /// How many parameters each type has.
    parameters: Vec<u32>,
    /// How many functions are imported.
    imported: u32,
    /// The types of the others.
    functions: Vec<u32>,
}

impl Facts {
    /// Our type, and the first of our functions, follow the module's own.
    fn type_index(&self) -> u32 {
        u32::try_from(self.parameters.len()).unwrap_or(u32::MAX)
    }

    fn first_function(&self) -> u32 {
        let own = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        self.imported.saturating_add(own)
    }

    /// The body of the function of this index among those that are not imported.
    fn cut<'a>(
        &self,
        index: usize,
        body: &FunctionBody<'a>,
    ) -> Result<Cow<'a, [u8]>, BinaryReaderError> {
        let ty = self.functions.get(index).copied().unwrap_or(u32::MAX);
        let parameters = self.parameters.get(ty as usize).copied();
        let cutter = Cutter {
            block_type: self.type_index(),
            fill: self.first_function(),
            copy: self.first_function().saturating_add(1),
            parameters: parameters.unwrap_or_default(),
        };
        cutter.cut(body)
    }
}

fn parameters(types: TypeSectionReader<'_>) -> Result<Vec<u32>, BinaryReaderError> {
    let count = |ty: wasmparser::FuncType| u32::try_from(ty.params().len()).unwrap_or(u32::MAX);
    types
        .into_iter_err_on_gc_types()
        .map(|ty| ty.map(count))
        .collect()
}

fn replaced(
    wasm: &[u8],
    bodies: &[Cow<'_, [u8]>],
    facts: &Facts,
) -> Result<Vec<u8>, BinaryReaderError> {
    let mut ty = Vec::new();
    facts.type_index().encode(&mut ty);
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Payload::CodeSectionStart { .. } = payload {
            module.section(&code(bodies));
        } else if let Some((id, range)) = payload.as_section() {
            let content = wasm.get(range).unwrap_or_default();
            let data = match payload {
                Payload::TypeSection(_) => appended(content, 1, functions::TYPE)?,
                Payload::FunctionSection(_) => appended(content, 2, &ty.repeat(2))?,
                _ => content.to_vec(),
            };
            module.section(&RawSection { id, data: &data });
        }
    }
    Ok(module.finish())
}

fn code(bodies: &[Cow<'_, [u8]>]) -> CodeSection {
    let mut code = CodeSection::new();
    for body in bodies {
        code.raw(body);
    }
    code.function(&functions::fill())
        .function(&functions::copy());
    code
}

/// The content of a section with so many more entries.
fn appended(content: &[u8], more: u32, entries: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = BinaryReader::new(content, 0);
    let count = reader.read_var_u32()?;
    let own = content.get(reader.current_position()..).unwrap_or_default();
    let mut appended = Vec::with_capacity(content.len() + entries.len() + 5);
    count.saturating_add(more).encode(&mut appended);
    appended.extend_from_slice(own);
    appended.extend_from_slice(entries);
    Ok(appended)
}
