//! Rewrites the guest's module for wasm3, so that it counts its fuel and stack.
//!
//! Rewriting adds the import [`Import::SliceEnded`](crate::imports::Import), the globals of [`Gauge`],
//! and functions that grow memory and tables within these gauges. A valid module uses only indices
//! below the added ones, so the guest's code cannot access them. Rewriting replaces the exports, and
//! removes custom sections and unreachable code. With backtraces, functions also record their calls.

mod calls;
mod dead_code;
mod growth;
mod layout;
mod metering;

use crate::NAME;
use crate::code::invalid;
use crate::facts::Facts;
pub(crate) use calls::{READER, SLOT_SHIFT};
use capwire_wapc::CompileError;
use capwire_wapc_rewrite::Additions;
use layout::Layout;
use std::collections::BTreeSet;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, DataSection, ElementSection, ExportKind, ExportSection, MemoryType, Module,
};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, Data, DataKind, Element, ElementKind,
    ExportSectionReader, Parser,
};

/// Maximum bytes of rewritten code. wasm3 compiles all of it for each instance, at about 20 MiB a second,
/// into several times as many bytes.
const MOST_CODE_BYTES: usize = 8 * 1024 * 1024;

/// Returns the name of the export of the guest's function `index`.
pub(crate) fn entry_name(index: u32) -> String {
    format!("function {index}")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Guests run the module.
    Use,
    /// The module takes no memory to load, and all its segments fit.
    Trial,
}

type Result_<T> = Result<T, Error<CompileError>>;

/// Writes a module's rewritten code into modules for both purposes.
pub(crate) struct Rewriter<'f, 'a> {
    facts: &'f Facts<'a>,
    layout: Layout,
    additions: Additions,
    code: CodeSection,
    purpose: Purpose,
}

impl<'f, 'a> Rewriter<'f, 'a> {
    /// Rewrites a module's code. With `backtraces`, functions record their calls.
    ///
    /// # Errors
    /// If the rewritten code is too large.
    pub(crate) fn new(facts: &'f Facts<'a>, backtraces: bool) -> Result<Self, CompileError> {
        let mut additions = Additions::default();
        additions.follow(facts.types());
        let mut rewriter = Self {
            layout: Layout::add(facts, backtraces, &mut additions),
            facts,
            additions,
            code: CodeSection::new(),
            purpose: Purpose::Trial,
        };
        for &entry in facts.entries.iter().collect::<BTreeSet<_>>() {
            let (name, function) = (entry_name(entry), rewriter.layout.function(entry));
            rewriter.additions.export(&name, ExportKind::Func, function);
        }
        rewriter.rewrite_code().map_err(refusal)?;
        Ok(rewriter)
    }

    /// Returns the rewritten module.
    ///
    /// # Errors
    /// A valid module with the supported features causes none.
    pub(crate) fn module(&mut self, purpose: Purpose) -> Result<Vec<u8>, CompileError> {
        self.purpose = purpose;
        let (parser, wasm) = (Parser::new(0), self.facts.wasm);
        let mut module = Module::new();
        self.parse_core_module(&mut module, parser, wasm)
            .map_err(refusal)?;
        let additions = self.additions.clone();
        additions.append_to(&module.finish()).map_err(invalid)
    }

    fn rewrite_code(&mut self) -> Result_<()> {
        let facts = self.facts;
        let mut bytes = 0;
        for (index, body) in facts.bodies.iter().enumerate() {
            let function = metering::function(self, index, body)?;
            bytes += function.byte_len();
            if bytes <= MOST_CODE_BYTES {
                self.code.function(&function);
            }
        }
        let what = "bytes of code, as wasm3 would get it";
        CompileError::check_cost(NAME, what, bytes as u64, MOST_CODE_BYTES as u64)
            .map_err(Error::UserError)
    }
}

fn refusal(error: Error<CompileError>) -> CompileError {
    match error {
        Error::UserError(refusal) => refusal,
        error => invalid(format!("the module cannot be rewritten: {error}")),
    }
}

/// Shifts indices of functions by one, for the added import, and leaves out exports and custom sections.
impl Reencode for Rewriter<'_, '_> {
    type Error = CompileError;

    fn function_index(&mut self, function: u32) -> Result_<u32> {
        Ok(self.layout.function(function))
    }

    fn memory_type(&mut self, ty: wasmparser::MemoryType) -> Result_<MemoryType> {
        let memory = utils::memory_type(self, ty);
        Ok(match self.purpose {
            Purpose::Use => memory,
            Purpose::Trial => MemoryType {
                minimum: 0,
                ..memory
            },
        })
    }

    fn parse_export_section(
        &mut self,
        _exports: &mut ExportSection,
        _section: ExportSectionReader<'_>,
    ) -> Result_<()> {
        Ok(())
    }

    fn parse_element(
        &mut self,
        elements: &mut ElementSection,
        mut element: Element<'_>,
    ) -> Result_<()> {
        if self.purpose == Purpose::Trial && matches!(element.kind, ElementKind::Active { .. }) {
            element.kind = ElementKind::Passive;
        }
        utils::parse_element(self, elements, element)
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        _section: CodeSectionReader<'_>,
    ) -> Result_<()> {
        code.clone_from(&self.code);
        Ok(())
    }

    fn parse_data(&mut self, section: &mut DataSection, mut data: Data<'_>) -> Result_<()> {
        if self.purpose == Purpose::Trial {
            data.kind = DataKind::Passive;
        }
        utils::parse_data(self, section, data)
    }

    fn parse_custom_section(
        &mut self,
        _module: &mut Module,
        _section: CustomSectionReader<'_>,
    ) -> Result_<()> {
        Ok(())
    }
}
