//! A module of the tests as a guest: its `__guest_call` makes the step whose number is the length of
//! the payload, and returns 0, a guest's error, if what that found is as expected. Else it traps.
//!
//! Definitions in the module replace its imports from `spectest`, the host of the specification's
//! tests. Imports have the first indices, and so have their replacements, so no index changes.

use crate::parts::{Parts, imported_function};
use crate::script::{Action, Expected, LINKING, Step};
use crate::value::Pattern;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, Ieee32, Ieee64, InstructionSink,
    MemorySection, MemoryType, Module, RefType, StartSection, TableSection, TableType, TypeSection,
    ValType,
};
use wasmparser::{ExternalKind, Import, TypeRef};

type Encoded<T> = Result<T, Error<Infallible>>;

/// The reason why a module cannot be a guest.
pub(crate) const UNREADABLE: &str = "with modules that this package does not rewrite";

/// The guest, or why there is none.
pub(crate) fn guest(wasm: &[u8], steps: &[Step]) -> Result<Vec<u8>, &'static str> {
    let parts = Parts::of(wasm).map_err(|_| UNREADABLE)?;
    if !parts.imports.iter().all(is_of_spectest) {
        return Err(LINKING);
    }
    let maker = Maker {
        steps,
        first_step: parts.function_count(),
        parts,
    };
    maker.module().map_err(|_| UNREADABLE)
}

fn is_of_spectest(import: &Import<'_>) -> bool {
    const GLOBALS: [&str; 4] = ["global_i32", "global_i64", "global_f32", "global_f64"];
    import.module == "spectest"
        && match import.ty {
            TypeRef::Func(_) => import.name.starts_with("print"),
            TypeRef::Global(ty) => !ty.mutable && GLOBALS.contains(&import.name),
            TypeRef::Memory(ty) => !ty.memory64 && import.name == "memory",
            TypeRef::Table(ty) => !ty.table64 && import.name == "table",
            _ => false,
        }
}

struct Maker<'a> {
    parts: Parts<'a>,
    steps: &'a [Step],
    /// The function of the first step; `__guest_call` is behind the last.
    first_step: u32,
}

impl Maker<'_> {
    fn module(&self) -> Encoded<Vec<u8>> {
        let mut module = Module::new();
        let (types, step_type) = self.types()?;
        module
            .section(&types)
            .section(&self.functions(step_type)?)
            .section(&self.tables()?)
            .section(&self.memories()?)
            .section(&self.globals()?)
            .section(&self.exports()?);
        if let Some(function_index) = self.parts.start {
            module.section(&StartSection { function_index });
        }
        module.section(&self.elements()?);
        if let Some(count) = self.parts.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&self.code()?).section(&self.data()?);
        Ok(module.finish())
    }

    fn guest_call(&self) -> u32 {
        self.first_step + count(self.steps)
    }

    /// The type of a step is followed by the type of `__guest_call`.
    fn types(&self) -> Encoded<(TypeSection, u32)> {
        let mut types = TypeSection::new();
        let mut own = 0;
        if let Some(reader) = self.parts.types.clone() {
            own = reader.count();
            RoundtripReencoder.parse_type_section(&mut types, reader)?;
        }
        types.ty().function([], []);
        let spans = [ValType::I32, ValType::I32];
        types.ty().function(spans, [ValType::I32]);
        Ok((types, own))
    }

    fn functions(&self, step_type: u32) -> Encoded<FunctionSection> {
        let mut functions = FunctionSection::new();
        for ty in self.parts.imports.iter().filter_map(imported_function) {
            functions.function(ty);
        }
        if let Some(reader) = self.parts.functions.clone() {
            RoundtripReencoder.parse_function_section(&mut functions, reader)?;
        }
        for _ in self.steps {
            functions.function(step_type);
        }
        functions.function(step_type + 1);
        Ok(functions)
    }

    fn tables(&self) -> Encoded<TableSection> {
        let mut tables = TableSection::new();
        for import in &self.parts.imports {
            if matches!(import.ty, TypeRef::Table(_)) {
                tables.table(TableType {
                    element_type: RefType::FUNCREF,
                    table64: false,
                    minimum: 10,
                    maximum: Some(20),
                    shared: false,
                });
            }
        }
        if let Some(reader) = self.parts.tables.clone() {
            RoundtripReencoder.parse_table_section(&mut tables, reader)?;
        }
        Ok(tables)
    }

    /// A guest has to have one.
    fn memories(&self) -> Encoded<MemorySection> {
        let mut memories = MemorySection::new();
        for import in &self.parts.imports {
            if matches!(import.ty, TypeRef::Memory(_)) {
                memories.memory(memory(1, Some(2)));
            }
        }
        if let Some(reader) = self.parts.memories.clone() {
            RoundtripReencoder.parse_memory_section(&mut memories, reader)?;
        }
        if !self.parts.has_memory() {
            memories.memory(memory(0, None));
        }
        Ok(memories)
    }

    fn globals(&self) -> Encoded<GlobalSection> {
        let mut globals = GlobalSection::new();
        for import in &self.parts.imports {
            if let TypeRef::Global(ty) = import.ty {
                let ty = RoundtripReencoder.global_type(ty)?;
                globals.global(ty, &spectest_global(ty.val_type));
            }
        }
        if let Some(reader) = self.parts.globals.clone() {
            RoundtripReencoder.parse_global_section(&mut globals, reader)?;
        }
        Ok(globals)
    }

    fn exports(&self) -> Encoded<ExportSection> {
        let mut exports = ExportSection::new();
        if let Some(reader) = self.parts.exports.clone() {
            RoundtripReencoder.parse_export_section(&mut exports, reader)?;
        }
        if !self.parts.exports("memory") {
            exports.export("memory", ExportKind::Memory, 0);
        }
        exports.export("__guest_call", ExportKind::Func, self.guest_call());
        Ok(exports)
    }

    fn elements(&self) -> Encoded<ElementSection> {
        let mut elements = ElementSection::new();
        if let Some(reader) = self.parts.elements.clone() {
            RoundtripReencoder.parse_element_section(&mut elements, reader)?;
        }
        Ok(elements)
    }

    fn data(&self) -> Encoded<DataSection> {
        let mut data = DataSection::new();
        if let Some(reader) = self.parts.data.clone() {
            RoundtripReencoder.parse_data_section(&mut data, reader)?;
        }
        Ok(data)
    }

    fn code(&self) -> Encoded<CodeSection> {
        let mut code = CodeSection::new();
        for _ in self.parts.imports.iter().filter_map(imported_function) {
            let mut print = Function::new([]);
            print.instructions().end();
            code.function(&print);
        }
        for body in &self.parts.code {
            RoundtripReencoder.parse_function_body(&mut code, body.clone())?;
        }
        for step in self.steps {
            code.function(&self.step(step));
        }
        code.function(&self.dispatch());
        Ok(code)
    }

    fn dispatch(&self) -> Function {
        let mut function = Function::new([]);
        let mut code = function.instructions();
        for index in 0..count(self.steps) {
            code.local_get(1)
                .i32_const(index.cast_signed())
                .i32_eq()
                .if_(BlockType::Empty)
                .call(self.first_step + index)
                .end();
        }
        code.i32_const(0).end();
        function
    }

    fn step(&self, step: &Step) -> Function {
        let patterns: &[Pattern] = match &step.expected {
            Expected::Results(patterns) => patterns,
            _ => &[],
        };
        let mut function = Function::new(patterns.iter().map(|pattern| (1, pattern.ty())));
        let mut code = function.instructions();
        let results = self.act(&step.action, &mut code);
        match step.expected {
            Expected::Results(_) => compare(patterns, &mut code),
            _ => (0..results).for_each(|_| {
                code.drop();
            }),
        }
        code.end();
        function
    }

    /// Encodes the action, and returns the number of its results.
    fn act(&self, action: &Action, code: &mut InstructionSink<'_>) -> usize {
        match action {
            Action::Get { name } => {
                let global = self.parts.export(ExternalKind::Global, name);
                code.global_get(global.unwrap_or(u32::MAX));
                1
            }
            Action::Call { name, arguments } => {
                arguments.iter().for_each(|argument| argument.push(code));
                let function = self.parts.export(ExternalKind::Func, name);
                let function = function.unwrap_or(u32::MAX);
                code.call(function);
                let ty = self.parts.type_of(function);
                ty.map_or(0, |ty| ty.results().len())
            }
        }
    }
}

/// The results are on the stack, and each has a local.
fn compare(patterns: &[Pattern], code: &mut InstructionSink<'_>) {
    for (index, _) in (0..).zip(patterns).collect::<Vec<_>>().iter().rev() {
        code.local_set(*index);
    }
    for (index, pattern) in (0..).zip(patterns) {
        pattern.test(index, code);
        code.i32_eqz().if_(BlockType::Empty).unreachable().end();
    }
}

fn count(steps: &[Step]) -> u32 {
    u32::try_from(steps.len()).unwrap_or(u32::MAX)
}

fn memory(minimum: u64, maximum: Option<u64>) -> MemoryType {
    MemoryType {
        minimum,
        maximum,
        memory64: false,
        shared: false,
        page_size_log2: None,
    }
}

fn spectest_global(ty: ValType) -> ConstExpr {
    match ty {
        ValType::I64 => ConstExpr::i64_const(666),
        ValType::F32 => ConstExpr::f32_const(Ieee32::from(666.6)),
        ValType::F64 => ConstExpr::f64_const(Ieee64::from(666.6)),
        _ => ConstExpr::i32_const(666),
    }
}
