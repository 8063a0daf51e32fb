//! Validates a module, checks that it is a waPC guest within wasm3's features, and collects facts about it.

mod compile_cost;
mod frame;

use crate::NAME;
use crate::code::invalid;
use crate::imports::Import;
use capwire_wapc::exports::{self, Export};
use capwire_wapc::{CompileError, abi};
use capwire_wapc_rewrite::FEATURES;
use compile_cost::CompileCost;
use frame::Frame;
use wasmparser::{
    BinaryReaderError, ExternalKind, FuncType, FuncValidatorAllocations, FunctionBody, MemoryType,
    Parser, Payload, TableType, TypeRef, ValType, ValidPayload, Validator,
};
use wasmparser::{
    DataSectionReader, ElementSectionReader, FunctionSectionReader, GlobalSectionReader,
    ImportSectionReader, MemorySectionReader, TableSectionReader, TypeSectionReader,
};

/// The sections of a valid module, and the facts that rewriting needs.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    pub(crate) sections: Sections<'a>,
    pub(crate) types: Vec<FuncType>,
    /// The imports, which are all functions.
    pub(crate) imports: Vec<Import>,
    /// The type of each function, imports first.
    pub(crate) functions: Vec<u32>,
    /// Bytes of call stack of each function that is not imported.
    pub(crate) frames: Vec<i32>,
    pub(crate) globals: u32,
    pub(crate) memory: Memory,
    pub(crate) tables: Vec<TableType>,
    /// The functions that the host calls: start functions in order, then `__guest_call`.
    pub(crate) entries: Vec<u32>,
    /// The exported functions. Their export declares them for `ref.func`.
    pub(crate) exported: Vec<u32>,
}

/// The sections that a module has.
#[derive(Default)]
pub(crate) struct Sections<'a> {
    pub(crate) types: Option<TypeSectionReader<'a>>,
    pub(crate) imports: Option<ImportSectionReader<'a>>,
    pub(crate) functions: Option<FunctionSectionReader<'a>>,
    pub(crate) tables: Option<TableSectionReader<'a>>,
    pub(crate) memories: Option<MemorySectionReader<'a>>,
    pub(crate) globals: Option<GlobalSectionReader<'a>>,
    pub(crate) elements: Option<ElementSectionReader<'a>>,
    pub(crate) data_count: Option<u32>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) data: Option<DataSectionReader<'a>>,
}

/// The size of memory in pages.
#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) initial: u64,
    pub(crate) maximum: Option<u64>,
}

/// Maximum size of a module in bytes.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// Maximum number of initial elements of all tables together. wasm3 has this limit for each table.
const MOST_ELEMENTS: u64 = 10_000_000;

/// Checks that a module has at most [`MOST_BYTES`].
pub(crate) fn check_length(wasm: &[u8]) -> Result<(), CompileError> {
    CompileError::check_cost(NAME, "bytes", wasm.len() as u64, MOST_BYTES)
}

impl<'a> Facts<'a> {
    pub(crate) fn gather(wasm: &'a [u8]) -> Result<Self, CompileError> {
        let mut gathering = Gathering::default();
        gathering.read(wasm).map_err(invalid)?;
        gathering.finish()
    }

    pub(crate) fn function_type(&self, function: u32) -> Option<&FuncType> {
        let ty = self.functions.get(function as usize)?;
        self.types.get(*ty as usize)
    }
}

/// The facts that were collected so far.
#[derive(Default)]
struct Gathering<'a> {
    facts: Facts<'a>,
    imports: Vec<wasmparser::Import<'a>>,
    exports: Vec<wasmparser::Export<'a>>,
    cost: CompileCost,
}

impl<'a> Gathering<'a> {
    fn read(&mut self, wasm: &'a [u8]) -> Result<(), BinaryReaderError> {
        let mut validator = Validator::new_with_features(FEATURES);
        let mut allocations = FuncValidatorAllocations::default();
        let mut parser = Parser::new(0);
        parser.set_features(FEATURES);
        for payload in parser.parse_all(wasm) {
            let payload = payload?;
            if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
                let mut validator = function.into_validator(allocations);
                let frame = Frame::measure(&mut validator, &body, &mut self.cost)?;
                self.facts.frames.push(frame.bytes());
                self.facts.sections.bodies.push(body);
                allocations = validator.into_allocations();
            } else {
                self.section(payload)?;
            }
        }
        Ok(())
    }

    fn section(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        let sections = &mut self.facts.sections;
        match payload {
            Payload::TypeSection(reader) => sections.types = Some(reader),
            Payload::ImportSection(reader) => sections.imports = Some(reader),
            Payload::FunctionSection(reader) => sections.functions = Some(reader),
            Payload::TableSection(reader) => sections.tables = Some(reader),
            Payload::MemorySection(reader) => sections.memories = Some(reader),
            Payload::GlobalSection(reader) => sections.globals = Some(reader),
            Payload::ElementSection(reader) => sections.elements = Some(reader),
            Payload::DataCountSection { count, .. } => sections.data_count = Some(count),
            Payload::DataSection(reader) => sections.data = Some(reader),
            Payload::ExportSection(reader) => {
                self.exports = reader.into_iter().collect::<Result<_, _>>()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Facts<'a>, CompileError> {
        self.index().map_err(invalid)?;
        self.check_imports()?;
        self.check_tables()?;
        self.cost.check()?;
        self.facts.entries = self.entries()?;
        let functions = self.exports.iter();
        let functions = functions.filter(|export| export.kind == ExternalKind::Func);
        self.facts.exported = functions.map(|export| export.index).collect();
        Ok(self.facts)
    }

    /// Reads the small sections, which are valid.
    fn index(&mut self) -> Result<(), BinaryReaderError> {
        let Facts {
            sections,
            types,
            functions,
            tables,
            memory: found,
            globals,
            ..
        } = &mut self.facts;
        if let Some(reader) = sections.types.clone() {
            *types = reader
                .into_iter_err_on_gc_types()
                .collect::<Result<_, _>>()?;
        }
        if let Some(reader) = sections.imports.clone() {
            self.imports = reader.into_imports().collect::<Result<_, _>>()?;
        }
        functions.extend(self.imports.iter().filter_map(|import| match import.ty {
            TypeRef::Func(ty) => Some(ty),
            _ => None,
        }));
        for ty in sections.functions.clone().into_iter().flatten() {
            functions.push(ty?);
        }
        for table in sections.tables.clone().into_iter().flatten() {
            tables.push(table?.ty);
        }
        for memory in sections.memories.clone().into_iter().flatten() {
            *found = memory?.into();
        }
        *globals = sections.globals.as_ref().map_or(0, |reader| reader.count());
        Ok(())
    }

    /// Checks that a host of waPC offers all imports.
    fn check_imports(&mut self) -> Result<(), CompileError> {
        for import in &self.imports {
            let offered = Import::find(import.module, import.name);
            let wanted = match import.ty {
                TypeRef::Func(ty) => self.facts.types.get(ty as usize),
                _ => None,
            };
            match offered.filter(|offered| wanted == Some(&offered.ty())) {
                Some(offered) => self.facts.imports.push(offered),
                None => return Err(unknown_import(import)),
            }
        }
        Ok(())
    }

    fn check_tables(&self) -> Result<(), CompileError> {
        let elements = self.facts.tables.iter().map(|table| table.initial);
        let sum = elements.fold(0, u64::saturating_add);
        let what = "elements of tables at its start";
        CompileError::check_cost(NAME, what, sum, MOST_ELEMENTS)
    }

    /// Returns the start functions in order, then `__guest_call`.
    fn entries(&self) -> Result<Vec<u32>, CompileError> {
        let starts = exports::check(NAME, |name| Some(self.kind(self.export(name)?)))?;
        let exported = starts.into_iter().chain([abi::GUEST_CALL]);
        let exported = exported.filter_map(|name| Some(self.export(name)?.index));
        Ok(exported.collect())
    }

    fn export(&self, name: &str) -> Option<&wasmparser::Export<'a>> {
        self.exports.iter().find(|export| export.name == name)
    }

    fn kind(&self, export: &wasmparser::Export<'_>) -> Export {
        match export.kind {
            ExternalKind::Memory => Export::Memory,
            ExternalKind::Func => match self.facts.function_type(export.index) {
                Some(ty) if *ty == FuncType::new([ValType::I32; 2], [ValType::I32]) => Export::Call,
                Some(ty) if *ty == FuncType::new([], []) => Export::Start,
                _ => Export::Other,
            },
            _ => Export::Other,
        }
    }
}

impl From<MemoryType> for Memory {
    fn from(memory: MemoryType) -> Self {
        Self {
            initial: memory.initial,
            maximum: memory.maximum,
        }
    }
}

fn unknown_import(import: &wasmparser::Import<'_>) -> CompileError {
    CompileError::UnknownImport {
        module: import.module.to_owned(),
        name: import.name.to_owned(),
    }
}
