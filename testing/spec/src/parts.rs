//! A valid module's sections, to be put together anew.

use wasmparser::{
    BinaryReaderError, DataSectionReader, ElementSectionReader, ExportSectionReader, ExternalKind,
    FuncType, FunctionBody, FunctionSectionReader, GlobalSectionReader, Import,
    MemorySectionReader, Parser, Payload, TableSectionReader, TypeRef, TypeSectionReader,
};

#[derive(Default)]
pub(crate) struct Parts<'a> {
    pub(crate) types: Option<TypeSectionReader<'a>>,
    pub(crate) imports: Vec<Import<'a>>,
    pub(crate) functions: Option<FunctionSectionReader<'a>>,
    pub(crate) tables: Option<TableSectionReader<'a>>,
    pub(crate) memories: Option<MemorySectionReader<'a>>,
    pub(crate) globals: Option<GlobalSectionReader<'a>>,
    pub(crate) exports: Option<ExportSectionReader<'a>>,
    pub(crate) elements: Option<ElementSectionReader<'a>>,
    pub(crate) start: Option<u32>,
    pub(crate) data_count: Option<u32>,
    pub(crate) code: Vec<FunctionBody<'a>>,
    pub(crate) data: Option<DataSectionReader<'a>>,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(wasm: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut parts = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(reader) => parts.types = Some(reader),
                Payload::ImportSection(reader) => {
                    parts.imports = reader.into_imports().collect::<Result<_, _>>()?;
                }
                Payload::FunctionSection(reader) => parts.functions = Some(reader),
                Payload::TableSection(reader) => parts.tables = Some(reader),
                Payload::MemorySection(reader) => parts.memories = Some(reader),
                Payload::GlobalSection(reader) => parts.globals = Some(reader),
                Payload::ExportSection(reader) => parts.exports = Some(reader),
                Payload::ElementSection(reader) => parts.elements = Some(reader),
                Payload::StartSection { func, .. } => parts.start = Some(func),
                Payload::DataCountSection { count, .. } => parts.data_count = Some(count),
                Payload::CodeSectionEntry(body) => parts.code.push(body),
                Payload::DataSection(reader) => parts.data = Some(reader),
                _ => {}
            }
        }
        Ok(parts)
    }

    /// The index of what is exported under a name.
    pub(crate) fn export(&self, kind: ExternalKind, name: &str) -> Option<u32> {
        let exports = self.exports.clone()?.into_iter().flatten();
        exports
            .filter(|export| export.kind == kind && export.name == name)
            .map(|export| export.index)
            .next()
    }

    pub(crate) fn exports(&self, name: &str) -> bool {
        let exports = self.exports.clone().into_iter().flatten().flatten();
        exports.into_iter().any(|export| export.name == name)
    }

    pub(crate) fn has_memory(&self) -> bool {
        let imported = |import: &Import<'_>| matches!(import.ty, TypeRef::Memory(_));
        self.memories.as_ref().is_some_and(|own| own.count() > 0)
            || self.imports.iter().any(imported)
    }

    /// Imported ones included.
    pub(crate) fn function_count(&self) -> u32 {
        let own = self.functions.as_ref().map_or(0, |own| own.count());
        let imported = self.imports.iter().filter_map(imported_function).count();
        own + u32::try_from(imported).unwrap_or(u32::MAX)
    }

    pub(crate) fn type_of(&self, function: u32) -> Option<FuncType> {
        let own = self.functions.clone().into_iter().flatten().flatten();
        let imported = self.imports.iter().filter_map(imported_function);
        let ty = imported.chain(own).nth(function as usize)?;
        let types = self.types.clone()?.into_iter_err_on_gc_types();
        types.flatten().nth(ty as usize)
    }
}

/// The type of a function that is imported.
pub(crate) fn imported_function(import: &Import<'_>) -> Option<u32> {
    match import.ty {
        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => Some(ty),
        _ => None,
    }
}
