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
//! [`with_looks`] is for engines that do not look between instructions either, but only where functions
//! and loops begin.
//!
//! ```
//! let module = b"\0asm\x01\0\0\0"; // nothing to cut
//! assert_eq!(capwire_bulk::in_pieces(module[..].into()), &module[..]);
//! ```

#![forbid(unsafe_code)]

mod body;
mod functions;
mod looks;

pub use looks::with_looks;

use body::Cutter;
use capwire_code::{Edit, Section, Sections, edited};
use std::borrow::Cow;
use wasm_encoder::Encode;
use wasmparser::{BinaryReaderError, Payload};

/// Bytes that are moved in one piece: far less than a slice's worth.
pub const PIECE: u32 = 256 * 1024;

/// The same module with its bulk memory instructions cut. Names and all else stay; what cannot be
/// read, or has no such instruction, is returned as it is.
#[must_use]
pub fn in_pieces(wasm: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match edits(&wasm) {
        Ok(edits) if !edits.is_empty() => Cow::Owned(edited(&wasm, &edits)),
        Ok(_) | Err(_) => wasm,
    }
}

/// None if nothing has to change.
fn edits(wasm: &[u8]) -> Result<Vec<Edit>, BinaryReaderError> {
    let mut facts = Facts::default();
    let mut edits = Vec::new();
    for section in Sections::of(wasm) {
        let section = section?;
        match &section.payload {
            Payload::TypeSection(_) => {
                facts.parameters = section.parameters()?;
                facts.types = Some(section);
            }
            Payload::ImportSection(_) => facts.imported = section.imported_functions()?,
            Payload::FunctionSection(functions) => {
                facts.own = functions.clone().into_iter().collect::<Result<_, _>>()?;
                facts.functions = Some(section);
            }
            Payload::CodeSectionStart { .. } => edits = facts.edits(&section)?,
            _ => {}
        }
    }
    Ok(edits)
}

/// What has to be known of a module to add functions to it.
#[derive(Default)]
struct Facts<'a> {
    types: Option<Section<'a>>,
    /// How many parameters each type has.
    parameters: Vec<u32>,
    /// How many functions are imported.
    imported: u32,
    functions: Option<Section<'a>>,
    /// The types of the functions that are not imported.
    own: Vec<u32>,
}

impl Facts<'_> {
    fn edits(&self, code: &Section<'_>) -> Result<Vec<Edit>, BinaryReaderError> {
        let mut functions = Vec::new();
        for (index, function) in code.functions().enumerate() {
            let function = function?;
            if let Some(body) = self.cutter(index).cut(function.body)? {
                functions.push(Edit::function(function.range, &body));
            }
        }
        if functions.is_empty() {
            return Ok(functions);
        }
        let mut edits = Vec::new();
        if let Some(types) = &self.types {
            edits.extend(types.extended(Vec::new(), 1, functions::TYPE.to_vec())?);
        }
        if let Some(functions) = &self.functions {
            let mut ty = Vec::new();
            self.type_index().encode(&mut ty);
            edits.extend(functions.extended(Vec::new(), 2, ty.repeat(2))?);
        }
        edits.extend(code.extended(functions, 2, added_functions())?);
        Ok(edits)
    }

    /// Our type, and the first of our functions, follow the module's own.
    fn type_index(&self) -> u32 {
        u32::try_from(self.parameters.len()).unwrap_or(u32::MAX)
    }

    fn first_function(&self) -> u32 {
        let own = u32::try_from(self.own.len()).unwrap_or(u32::MAX);
        self.imported.saturating_add(own)
    }

    /// For the function of this index among those that are not imported.
    fn cutter(&self, index: usize) -> Cutter {
        let ty = self.own.get(index).copied().unwrap_or(u32::MAX);
        let parameters = self.parameters.get(ty as usize).copied();
        Cutter {
            block_type: self.type_index(),
            fill: self.first_function(),
            copy: self.first_function().saturating_add(1),
            parameters: parameters.unwrap_or_default(),
        }
    }
}

fn added_functions() -> Vec<u8> {
    let mut bytes = Vec::new();
    functions::fill().encode(&mut bytes);
    functions::copy().encode(&mut bytes);
    bytes
}
