//! Modules with other bytes in some places.

use crate::Section;
use std::ops::Range;
use wasm_encoder::Encode;
use wasmparser::{BinaryReader, BinaryReaderError};

/// Bytes of a module and what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where they are in the module. An empty range is a place between two bytes.
    pub range: Range<usize>,
    /// What is there instead.
    pub bytes: Vec<u8>,
}

/// The module with these edits, which are in order and do not overlap.
#[must_use]
pub fn edited(wasm: &[u8], edits: &[Edit]) -> Vec<u8> {
    let more: usize = edits.iter().map(|edit| edit.bytes.len()).sum();
    let mut module = Vec::with_capacity(wasm.len() + more);
    let mut done = 0;
    for edit in edits {
        module.extend_from_slice(wasm.get(done..edit.range.start).unwrap_or_default());
        module.extend_from_slice(&edit.bytes);
        done = edit.range.end;
    }
    module.extend_from_slice(wasm.get(done..).unwrap_or_default());
    module
}

impl Edit {
    /// Another body for the function whose place this is, its length included.
    #[must_use]
    pub fn function(range: Range<usize>, body: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(body.len() + 5);
        body.encode(&mut bytes);
        Self { range, bytes }
    }
}

impl Section<'_> {
    /// Edits of its functions for which `change` has another body: it gets each function's index among
    /// those that are not imported, and its body.
    ///
    /// # Errors
    /// If a function cannot be read, or what `change` fails with.
    pub fn with_bodies(
        &self,
        mut change: impl FnMut(usize, &[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError>,
    ) -> Result<Vec<Edit>, BinaryReaderError> {
        let mut changed = Vec::new();
        for (index, function) in self.functions().enumerate() {
            let function = function?;
            if let Some(body) = change(index, function.body)? {
                changed.push(Edit::function(function.range, &body));
            }
        }
        Ok(changed)
    }

    /// These edits of its entries, after one that says how long the section is with them.
    ///
    /// # Errors
    /// If the content does not begin with the number of its entries.
    pub fn edited(&self, entries: Vec<Edit>) -> Result<Vec<Edit>, BinaryReaderError> {
        self.extended(entries, 0, Vec::new())
    }

    /// These edits of its entries, and `more` entries behind them, which are `bytes`. The first of the
    /// edits says how many entries the section has with them, and how long it is.
    ///
    /// # Errors
    /// If the content does not begin with the number of its entries.
    pub fn extended(
        &self,
        mut entries: Vec<Edit>,
        more: u32,
        bytes: Vec<u8>,
    ) -> Result<Vec<Edit>, BinaryReaderError> {
        let end = self.range.end;
        let range = end..end;
        entries.push(Edit { range, bytes });
        let head = self.head(&entries, more)?;
        Ok([head].into_iter().chain(entries).collect())
    }

    /// The section's length and the number of its entries, with these edits and so many more.
    fn head(&self, edits: &[Edit], more: u32) -> Result<Edit, BinaryReaderError> {
        let mut reader = BinaryReader::new(self.content, 0);
        let mut count = Vec::new();
        reader
            .read_var_u32()?
            .saturating_add(more)
            .encode(&mut count);
        let first = reader.current_position();
        let own = self.content.len() - first + count.len();
        let added: usize = edits.iter().map(|edit| edit.bytes.len()).sum();
        let removed: usize = edits.iter().map(|edit| edit.range.len()).sum();
        let mut bytes = Vec::new();
        (own + added).saturating_sub(removed).encode(&mut bytes);
        bytes.extend_from_slice(&count);
        let range = self.start + 1..self.range.start + first;
        Ok(Edit { range, bytes })
    }
}
