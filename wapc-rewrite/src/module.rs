//! A module divided into its sections.

use wasmparser::{
    BinaryReader, BinaryReaderError, Chunk, FunctionBody, Parser, Payload, WasmFeatures,
};

/// The features of WebAssembly that guests may use, on every engine: version 2.0 without SIMD and without
/// references to values of the host (wasmparser's "GC types"), and with extended constant expressions.
pub const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .difference(WasmFeatures::SIMD)
    .difference(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::EXTENDED_CONST);

/// The custom section with the names of functions.
const NAMES: &str = "name";

/// A module by sections. Nothing but the division is checked.
pub(crate) struct Module<'a> {
    pub(crate) version: Option<Payload<'a>>,
    pub(crate) sections: Vec<Section<'a>>,
    /// Its length in bytes.
    pub(crate) end: usize,
    /// The functions in the code section.
    pub(crate) bodies: Vec<FunctionBody<'a>>,
}

/// A section, as bytes and as wasmparser reads it.
pub(crate) struct Section<'a> {
    pub(crate) id: u8,
    /// The section with its identifier and length.
    pub(crate) whole: &'a [u8],
    pub(crate) content: &'a [u8],
    pub(crate) payload: Payload<'a>,
}

impl<'a> Module<'a> {
    pub(crate) fn read(wasm: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut module = Self {
            version: None,
            sections: Vec::new(),
            end: wasm.len(),
            bodies: Vec::new(),
        };
        let mut parser = Parser::new(0);
        parser.set_features(FEATURES);
        let mut start = 0;
        loop {
            let rest = wasm.get(start..).unwrap_or_default();
            // The module is complete, so the parser never asks for more.
            let Chunk::Parsed { consumed, payload } = parser.parse(rest, true)? else {
                return Ok(module);
            };
            match payload {
                Payload::End(_) => return Ok(module),
                Payload::Version { .. } => module.version = Some(payload),
                Payload::CodeSectionEntry(body) => module.bodies.push(body),
                payload => module.sections.extend(section(wasm, start, payload)),
            }
            start += consumed;
        }
    }

    /// Leaves out the custom sections but the one with names. Returns true if there were others.
    pub(crate) fn leave_out_custom_sections(&mut self) -> bool {
        let all = self.sections.len();
        self.sections.retain(|section| match &section.payload {
            Payload::CustomSection(custom) => custom.name() == NAMES,
            _ => true,
        });
        self.sections.len() < all
    }
}

fn section<'a>(wasm: &'a [u8], start: usize, payload: Payload<'a>) -> Option<Section<'a>> {
    let (id, range) = payload.as_section()?;
    Some(Section {
        id,
        whole: wasm.get(start..range.end)?,
        content: wasm.get(range)?,
        payload,
    })
}

impl<'a> Section<'a> {
    /// The number that the content of a list begins with, and the entries behind it.
    pub(crate) fn entries(&self) -> Result<(u32, &'a [u8]), BinaryReaderError> {
        let mut reader = BinaryReader::new(self.content, 0);
        let count = reader.read_var_u32()?;
        let entries = self.content.get(reader.current_position()..);
        Ok((count, entries.unwrap_or_default()))
    }
}
