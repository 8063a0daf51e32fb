//! What has to be known of a module to add functions to it.

use capwire_code::{Edit, Section, Sections, edited};
use std::borrow::Cow;
use wasm_encoder::Encode;
use wasmparser::{BinaryReaderError, Payload};

#[derive(Default)]
pub(crate) struct Facts<'a> {
    types: Option<Section<'a>>,
    /// How many parameters each type has.
    parameters: Vec<u32>,
    /// How many functions are imported.
    pub(crate) imported: u32,
    functions: Option<Section<'a>>,
    /// The types of the functions that are not imported.
    own: Vec<u32>,
    code: Option<Section<'a>>,
}

/// Functions of one type that are added to a module.
pub(crate) struct Added<'a> {
    /// As it is in a section of types.
    pub(crate) ty: &'a [u8],
    pub(crate) functions: &'a [wasm_encoder::Function],
}

/// The module with other bodies for the functions for which `change` has some, by their index among
/// those that are not imported, and with the functions `added` if there is any such.
pub(crate) fn rewritten<'w>(
    wasm: Cow<'w, [u8]>,
    added: &Added<'_>,
    change: impl FnMut(&Facts<'_>, usize, &[u8]) -> Changed,
) -> Rewritten<'w> {
    let edits = edits(&wasm, added, change)?;
    Ok(match edits.is_empty() {
        true => wasm,
        false => Cow::Owned(edited(&wasm, &edits)),
    })
}

/// The module, unless something of it cannot be read.
pub(crate) type Rewritten<'w> = Result<Cow<'w, [u8]>, BinaryReaderError>;

/// A function's body if it has to change.
pub(crate) type Changed = Result<Option<Vec<u8>>, BinaryReaderError>;

fn edits(
    wasm: &[u8],
    added: &Added<'_>,
    mut change: impl FnMut(&Facts<'_>, usize, &[u8]) -> Changed,
) -> Result<Vec<Edit>, BinaryReaderError> {
    let facts = Facts::of(wasm)?;
    let Some(code) = &facts.code else {
        return Ok(Vec::new());
    };
    let changed = code.with_bodies(|index, body| change(&facts, index, body))?;
    facts.edits(changed, added)
}

impl<'a> Facts<'a> {
    fn of(wasm: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut facts = Self::default();
        for section in Sections::of(wasm) {
            facts.read(section?)?;
        }
        Ok(facts)
    }

    fn read(&mut self, section: Section<'a>) -> Result<(), BinaryReaderError> {
        match &section.payload {
            Payload::TypeSection(_) => {
                self.parameters = section.parameters()?;
                self.types = Some(section);
            }
            Payload::ImportSection(_) => self.imported = section.imported_functions()?,
            Payload::FunctionSection(functions) => {
                self.own = functions.clone().into_iter().collect::<Result<_, _>>()?;
                self.functions = Some(section);
            }
            Payload::CodeSectionStart { .. } => self.code = Some(section),
            _ => {}
        }
        Ok(())
    }

    /// The index of the type that is added, which follows the module's own.
    pub(crate) fn added_type(&self) -> u32 {
        u32::try_from(self.parameters.len()).unwrap_or(u32::MAX)
    }

    /// The index of the first function that is added.
    pub(crate) fn added_function(&self) -> u32 {
        let own = u32::try_from(self.own.len()).unwrap_or(u32::MAX);
        self.imported.saturating_add(own)
    }

    /// How many parameters a function has, of those that are not imported.
    pub(crate) fn parameters_of(&self, function: usize) -> u32 {
        let ty = self.own.get(function).copied().unwrap_or(u32::MAX);
        let parameters = self.parameters.get(ty as usize).copied();
        parameters.unwrap_or_default()
    }

    /// Adds functions beside the changes to others, if there are any.
    fn edits(&self, changed: Vec<Edit>, added: &Added<'_>) -> Result<Vec<Edit>, BinaryReaderError> {
        let (Some(types), Some(functions), Some(code)) = (&self.types, &self.functions, &self.code)
        else {
            return Ok(Vec::new());
        };
        if changed.is_empty() {
            return Ok(changed);
        }
        let count = u32::try_from(added.functions.len()).unwrap_or(u32::MAX);
        let (mut ty, mut bodies) = (Vec::new(), Vec::new());
        for function in added.functions {
            self.added_type().encode(&mut ty);
            function.encode(&mut bodies);
        }
        let mut edits = Vec::new();
        edits.extend(types.extended(Vec::new(), 1, added.ty.to_vec())?);
        edits.extend(functions.extended(Vec::new(), count, ty)?);
        edits.extend(code.extended(changed, count, bodies)?);
        Ok(edits)
    }
}
