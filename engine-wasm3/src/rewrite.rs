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
use crate::code::{Gauge, invalid};
use crate::facts::Facts;
pub(crate) use calls::{READER, SLOT_SHIFT};
use capwire_wapc::CompileError;
use layout::Layout;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemorySection, MemoryType, Module, TableSection, TypeSection, ValType,
};
use wasmparser::{DataKind, ElementKind};

/// Maximum bytes of rewritten code. wasm3 compiles all of it for each instance, at about 20 MiB a second,
/// into several times as many bytes.
const MOST_CODE_BYTES: usize = 8 * 1024 * 1024;

/// Returns the module that guests run.
pub(crate) fn for_use(facts: &Facts<'_>, backtraces: bool) -> Result<Vec<u8>, CompileError> {
    rewritten(facts, Purpose::Use, backtraces)
}

/// Returns a module with the same code that takes no memory to load and whose segments all fit.
pub(crate) fn for_trial(facts: &Facts<'_>, backtraces: bool) -> Result<Vec<u8>, CompileError> {
    rewritten(facts, Purpose::Trial, backtraces)
}

/// Returns the name of the export of the guest's function `index`.
pub(crate) fn entry_name(index: u32) -> String {
    format!("function {index}")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Use,
    Trial,
}

type Result_<T> = Result<T, Error<CompileError>>;

fn rewritten(
    facts: &Facts<'_>,
    purpose: Purpose,
    backtraces: bool,
) -> Result<Vec<u8>, CompileError> {
    let module = Rewriter::new(facts, purpose, backtraces).module();
    module.map_err(|error| match error {
        Error::UserError(refusal) => refusal,
        // A valid module with the supported features does not cause this.
        error => invalid(format!("the module cannot be rewritten: {error}")),
    })
}

struct Rewriter<'f, 'a> {
    facts: &'f Facts<'a>,
    purpose: Purpose,
    layout: Layout,
}

/// Shifts indices of functions by one, for the added import.
impl Reencode for Rewriter<'_, '_> {
    type Error = CompileError;

    fn function_index(&mut self, function: u32) -> Result_<u32> {
        Ok(self.layout.function(function))
    }
}

impl<'f, 'a> Rewriter<'f, 'a> {
    fn new(facts: &'f Facts<'a>, purpose: Purpose, backtraces: bool) -> Self {
        Self {
            facts,
            purpose,
            layout: Layout::new(facts, backtraces),
        }
    }

    /// Returns the rewritten module, with its sections in the required order.
    fn module(mut self) -> Result_<Vec<u8>> {
        let mut module = Module::new();
        module
            .section(&self.types()?)
            .section(&self.imports()?)
            .section(&self.functions()?)
            .section(&self.tables()?)
            .section(&self.memory()?)
            .section(&self.globals()?)
            .section(&self.exports())
            .section(&self.elements()?);
        if let Some(count) = self.facts.sections.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&self.code()?).section(&self.data()?);
        Ok(module.finish())
    }

    fn types(&mut self) -> Result_<TypeSection> {
        let mut types = TypeSection::new();
        if let Some(reader) = self.facts.sections.types.clone() {
            self.parse_type_section(&mut types, reader)?;
        }
        for (parameters, results) in self.layout.more_types() {
            let parameters = self.value_types(parameters)?;
            let results = self.value_types(results)?;
            types.ty().function(parameters, results);
        }
        Ok(types)
    }

    fn imports(&mut self) -> Result_<ImportSection> {
        let mut imports = ImportSection::new();
        if let Some(reader) = self.facts.sections.imports.clone() {
            self.parse_import_section(&mut imports, reader)?;
        }
        let ours = crate::imports::Import::SliceEnded;
        let ty = EntityType::Function(self.layout.slice_ended_type());
        imports.import(ours.namespace(), ours.name(), ty);
        Ok(imports)
    }

    fn functions(&mut self) -> Result_<FunctionSection> {
        let mut functions = FunctionSection::new();
        if let Some(reader) = self.facts.sections.functions.clone() {
            self.parse_function_section(&mut functions, reader)?;
        }
        for ty in self.layout.growth_types() {
            functions.function(ty);
        }
        if let Some(calls) = self.layout.calls() {
            for _ in 0..calls.entries {
                functions.function(calls.entry_type);
            }
            functions.function(self.layout.grow_memory_type());
        }
        Ok(functions)
    }

    fn tables(&mut self) -> Result_<TableSection> {
        let mut tables = TableSection::new();
        if let Some(reader) = self.facts.sections.tables.clone() {
            self.parse_table_section(&mut tables, reader)?;
        }
        if self.layout.calls().is_some() {
            tables.table(calls::TABLE);
        }
        Ok(tables)
    }

    fn memory(&mut self) -> Result_<MemorySection> {
        let mut memories = MemorySection::new();
        for memory in self.facts.sections.memories.clone().into_iter().flatten() {
            let memory = self.memory_type(memory?)?;
            let minimum = match self.purpose {
                Purpose::Use => memory.minimum,
                Purpose::Trial => 0,
            };
            memories.memory(MemoryType { minimum, ..memory });
        }
        Ok(memories)
    }

    fn globals(&mut self) -> Result_<GlobalSection> {
        let mut globals = GlobalSection::new();
        if let Some(reader) = self.facts.sections.globals.clone() {
            self.parse_global_section(&mut globals, reader)?;
        }
        for _ in Gauge::ALL {
            let ty = GlobalType {
                val_type: ValType::I32,
                mutable: true,
                shared: false,
            };
            globals.global(ty, &ConstExpr::i32_const(0));
        }
        Ok(globals)
    }

    fn exports(&self) -> ExportSection {
        let mut exports = ExportSection::new();
        let mut entries = self.facts.entries.clone();
        entries.sort_unstable();
        entries.dedup();
        for entry in entries {
            let function = self.layout.function(entry);
            exports.export(&entry_name(entry), ExportKind::Func, function);
        }
        for gauge in Gauge::ALL {
            exports.export(gauge.name(), ExportKind::Global, self.layout.gauge(gauge));
        }
        if let Some(calls) = self.layout.calls() {
            exports.export(calls::READER, ExportKind::Func, calls.reader());
        }
        exports
    }

    fn elements(&mut self) -> Result_<ElementSection> {
        let mut elements = ElementSection::new();
        for element in self.facts.sections.elements.clone().into_iter().flatten() {
            let mut element = element?;
            if self.purpose == Purpose::Trial && matches!(element.kind, ElementKind::Active { .. })
            {
                element.kind = ElementKind::Passive;
            }
            self.parse_element(&mut elements, element)?;
        }
        // The removed exports declared these functions, so this segment declares them.
        let exported = self.facts.exported.iter();
        let mut declared: Vec<u32> = exported.map(|&index| self.layout.function(index)).collect();
        if let Some(calls) = self.layout.calls() {
            declared.extend(calls.first_entry..calls.reader());
        }
        elements.declared(Elements::Functions(declared.into()));
        Ok(elements)
    }

    fn code(&mut self) -> Result_<CodeSection> {
        let mut code = CodeSection::new();
        let facts = self.facts;
        let mut bytes = 0;
        for (index, body) in facts.sections.bodies.iter().enumerate() {
            let function = metering::function(self, index, body)?;
            bytes += function.byte_len();
            if bytes <= MOST_CODE_BYTES {
                code.function(&function);
            }
        }
        let what = "bytes of code, as wasm3 would get it";
        CompileError::check_cost(NAME, what, bytes as u64, MOST_CODE_BYTES as u64)
            .map_err(Error::UserError)?;
        code.function(&growth::memory(&self.layout));
        for table in 0..facts.tables.len() {
            code.function(&growth::table(&self.layout, facts, table));
        }
        if let Some(calls) = self.layout.calls() {
            for index in self.layout.imported()..self.layout.imported() + calls.entries {
                code.function(&calls::entry(index));
            }
            code.function(&calls::reader(calls));
        }
        Ok(code)
    }

    fn data(&mut self) -> Result_<DataSection> {
        let mut section = DataSection::new();
        for data in self.facts.sections.data.clone().into_iter().flatten() {
            let mut data = data?;
            if self.purpose == Purpose::Trial {
                data.kind = DataKind::Passive;
            }
            self.parse_data(&mut section, data)?;
        }
        Ok(section)
    }

    fn value_types(&mut self, types: Vec<wasmparser::ValType>) -> Result_<Vec<ValType>> {
        types.into_iter().map(|ty| self.val_type(ty)).collect()
    }
}
