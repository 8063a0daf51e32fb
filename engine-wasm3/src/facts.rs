//! Validates a module, checks that it is a waPC guest within wasm3's features, and collects facts about it.

mod compile_cost;
mod frame;

use crate::NAME;
use crate::code::invalid;
use crate::imports::Import;
use capwire_wapc::exports::{self, Export};
use capwire_wapc::{CompileError, Source, abi};
use capwire_wapc_rewrite::FEATURES;
use compile_cost::CompileCost;
use frame::Frame;
use wasmparser::types::{CoreTypeId, EntityType, Types, TypesRef};
use wasmparser::{
    BlockType, ExternalKind, FuncType, FuncValidatorAllocations, FunctionBody, MemoryType, Parser,
    Payload, TableType, ValType, ValidPayload, Validator,
};

/// A valid module, and the facts that rewriting needs.
pub(crate) struct Facts<'a> {
    pub(crate) wasm: &'a [u8],
    types: Types,
    /// The imports, which are all functions.
    pub(crate) imports: Vec<Import>,
    /// The functions that are not imported.
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    /// Bytes of call stack of each function that is not imported.
    pub(crate) frames: Vec<i32>,
    /// The functions that the host calls: start functions in order, then `__guest_call`.
    pub(crate) entries: Vec<u32>,
    /// The exported functions. Their export declares them for `ref.func`.
    pub(crate) exported: Vec<u32>,
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
        let mut sections = Sections::default();
        let types = sections.read(wasm).map_err(invalid)?;
        let functions = sections.exports.iter();
        let functions = functions.filter(|export| export.kind == ExternalKind::Func);
        let mut facts = Self {
            wasm,
            imports: sections.imports(&types)?,
            entries: Vec::new(),
            exported: functions.map(|export| export.index).collect(),
            types,
            bodies: sections.bodies,
            frames: sections.frames,
        };
        let what = "elements of tables at its start";
        CompileError::check_cost(NAME, what, facts.elements(), MOST_ELEMENTS)?;
        sections.cost.check()?;
        facts.entries = entries(&sections.exports, &facts.types)?;
        Ok(facts)
    }

    pub(crate) fn types(&self) -> TypesRef<'_> {
        self.types.as_ref()
    }

    /// Returns the type of the function of this index among those that are not imported.
    pub(crate) fn function_type(&self, index: usize) -> &FuncType {
        let index = self.imports.len() + index;
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        function_type(&self.types, self.types().core_function_at(index))
    }

    /// Returns true if a block of this type, which is the module's, takes values.
    pub(crate) fn takes_values(&self, ty: BlockType) -> bool {
        let BlockType::FuncType(ty) = ty else {
            return false;
        };
        let ty = self.types().core_type_at_in_module(ty);
        !function_type(&self.types, ty).params().is_empty()
    }

    pub(crate) fn memory(&self) -> Option<MemoryType> {
        let types = self.types();
        (types.memory_count() > 0).then(|| types.memory_at(0))
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = TableType> {
        let types = self.types();
        (0..types.table_count()).map(move |index| types.table_at(index))
    }

    /// Returns the initial elements of all tables.
    pub(crate) fn elements(&self) -> u64 {
        let elements = self.tables().map(|table| table.initial);
        elements.fold(0, u64::saturating_add)
    }
}

/// The sections that were read so far, and their functions' compile cost.
#[derive(Default)]
struct Sections<'a> {
    imports: Vec<wasmparser::Import<'a>>,
    exports: Vec<wasmparser::Export<'a>>,
    bodies: Vec<FunctionBody<'a>>,
    frames: Vec<i32>,
    cost: CompileCost,
}

impl<'a> Sections<'a> {
    fn read(&mut self, wasm: &'a [u8]) -> Result<Types, Source> {
        let mut validator = Validator::new_with_features(FEATURES);
        let mut allocations = FuncValidatorAllocations::default();
        let mut parser = Parser::new(0);
        parser.set_features(FEATURES);
        for payload in parser.parse_all(wasm) {
            let payload = payload?;
            match validator.payload(&payload)? {
                ValidPayload::Func(function, body) => {
                    let mut validator = function.into_validator(allocations);
                    let frame = Frame::measure(&mut validator, &body, &mut self.cost)?;
                    self.frames.push(frame.bytes());
                    self.bodies.push(body);
                    allocations = validator.into_allocations();
                }
                ValidPayload::End(types) => return Ok(types),
                _ => match payload {
                    Payload::ImportSection(reader) => {
                        self.imports = reader.into_imports().collect::<Result<_, _>>()?;
                    }
                    Payload::ExportSection(reader) => {
                        self.exports = reader.into_iter().collect::<Result<_, _>>()?;
                    }
                    _ => {}
                },
            }
        }
        Err("the module has no end".into())
    }

    /// Returns the imports, which a host of waPC offers.
    fn imports(&self, types: &Types) -> Result<Vec<Import>, CompileError> {
        let imports = self.imports.iter().map(|import| {
            let wanted = match types.as_ref().entity_type_from_import(import) {
                Some(EntityType::Func(ty)) => Some(function_type(types, ty)),
                _ => None,
            };
            Import::find(import.module, import.name)
                .filter(|offered| wanted == Some(&offered.ty()))
                .ok_or_else(|| {
                    let parameters = wanted.map(|ty| ty.params().len());
                    CompileError::refused_import(import.module, import.name, parameters)
                })
        });
        imports.collect()
    }
}

/// Returns the start functions in order, then `__guest_call`.
fn entries(exports: &[wasmparser::Export<'_>], types: &Types) -> Result<Vec<u32>, CompileError> {
    let find = |name: &str| exports.iter().find(|export| export.name == name);
    let starts = exports::check(NAME, |name| {
        let export = types.as_ref().entity_type_from_export(find(name)?)?;
        Some(kind(export, types))
    })?;
    let exported = starts.into_iter().chain([abi::GUEST_CALL]);
    Ok(exported
        .filter_map(|name| Some(find(name)?.index))
        .collect())
}

fn kind(export: EntityType, types: &Types) -> Export {
    let ty = match export {
        EntityType::Memory(_) => return Export::Memory,
        EntityType::Func(ty) => function_type(types, ty),
        _ => return Export::Other,
    };
    match (ty.params(), ty.results()) {
        ([ValType::I32, ValType::I32], [ValType::I32]) => Export::Call,
        ([], []) => Export::Start,
        _ => Export::Other,
    }
}

fn function_type(types: &Types, id: CoreTypeId) -> &FuncType {
    types[id].unwrap_func()
}
