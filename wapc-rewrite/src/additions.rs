//! What passes add to a module. Its indices follow the module's own, so a valid module cannot name it.

use crate::passes::{bulk, growth};
use std::collections::BTreeMap;
use wasm_encoder::{
    ConstExpr, Encode, ExportKind, Function, GlobalType, MemoryType, SectionId, ValType,
};
use wasmparser::types::TypesRef;

/// Entries for the ends of a module's sections.
#[derive(Default)]
pub(crate) struct Additions {
    first: First,
    types: Vec<Signature>,
    helpers: Vec<Helper>,
    /// By the section's identifier.
    entries: BTreeMap<u8, Entries>,
}

/// The first indices that the module does not use.
#[derive(Default)]
struct First {
    ty: u32,
    function: u32,
    memory: u32,
    global: u32,
}

/// Entries of a section: their number and bytes.
#[derive(Default)]
pub(crate) struct Entries {
    pub(crate) count: u32,
    pub(crate) bytes: Vec<u8>,
}

/// How many `i32` a function takes, and how many it returns.
type Signature = (u8, u8);

/// A function that rewritten code calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Helper {
    /// Fills memory but for the last piece.
    Fill,
    /// Copies memory but for the last piece.
    Copy,
    /// Grows memory in pieces, up to the pages that the global of this index holds.
    Grow(u32),
    /// Returns at once. Engines can stop a guest where a function begins.
    InterruptPoint,
}

impl Helper {
    fn signature(self) -> Signature {
        match self {
            Self::Fill | Self::Copy => (3, 3),
            Self::Grow(_) => (1, 1),
            Self::InterruptPoint => (0, 0),
        }
    }

    fn body(self) -> Function {
        match self {
            Self::Fill => bulk::fill(),
            Self::Copy => bulk::copy(),
            Self::Grow(most_pages) => growth::grow(most_pages),
            Self::InterruptPoint => {
                let mut function = Function::new([]);
                function.instructions().end();
                function
            }
        }
    }
}

impl Additions {
    /// Sets what the module has itself. Exports may be added before, all else after this.
    pub(crate) fn follow(&mut self, module: TypesRef<'_>) {
        self.first = First {
            ty: module.core_type_count_in_module(),
            function: module.function_count(),
            memory: module.memory_count(),
            global: module.global_count(),
        };
    }

    /// How many functions the module has, imported ones too.
    pub(crate) fn first_function(&self) -> u32 {
        self.first.function
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes the entries for the section with this identifier, if there are any.
    pub(crate) fn take(&mut self, section: u8) -> Option<Entries> {
        self.entries.remove(&section)
    }

    /// Takes the entries for the first section whose identifier is lower than `section`.
    pub(crate) fn pop_before(&mut self, section: u8) -> Option<(u8, Entries)> {
        let first = *self.entries.keys().next()?;
        (first < section)
            .then(|| self.entries.pop_first())
            .flatten()
    }

    /// The index of the type of a helper.
    pub(crate) fn type_of(&mut self, helper: Helper) -> u32 {
        let signature = helper.signature();
        let known = self.types.iter().position(|known| *known == signature);
        let place = known.unwrap_or_else(|| {
            self.types.push(signature);
            self.push(SectionId::Type, |bytes| encode(signature, bytes));
            self.types.len() - 1
        });
        self.first.ty + index(place)
    }

    /// The index of a helper, which is added with its first use.
    pub(crate) fn helper(&mut self, helper: Helper) -> u32 {
        let known = self.helpers.iter().position(|known| *known == helper);
        let place = known.unwrap_or_else(|| {
            let ty = self.type_of(helper);
            self.helpers.push(helper);
            self.push(SectionId::Function, |bytes| ty.encode(bytes));
            self.push(SectionId::Code, |bytes| helper.body().encode(bytes));
            self.helpers.len() - 1
        });
        self.first.function + index(place)
    }

    /// Adds a memory, and exports it.
    pub(crate) fn memory(&mut self, name: &str, ty: MemoryType) -> u32 {
        let place = self.push(SectionId::Memory, |bytes| ty.encode(bytes));
        let index = self.first.memory + place;
        self.export(name, ExportKind::Memory, index);
        index
    }

    /// Adds a mutable global of type `i32` that begins with 0, and exports it.
    pub(crate) fn global(&mut self, name: &str) -> u32 {
        let place = self.push(SectionId::Global, |bytes| {
            GLOBAL.encode(bytes);
            ConstExpr::i32_const(0).encode(bytes);
        });
        let index = self.first.global + place;
        self.export(name, ExportKind::Global, index);
        index
    }

    pub(crate) fn export(&mut self, name: &str, kind: ExportKind, index: u32) {
        self.push(SectionId::Export, |bytes| {
            name.encode(bytes);
            kind.encode(bytes);
            index.encode(bytes);
        });
    }

    /// Adds an entry, and returns its place among those that were added.
    fn push(&mut self, section: SectionId, entry: impl FnOnce(&mut Vec<u8>)) -> u32 {
        let entries = self.entries.entry(section.into()).or_default();
        entry(&mut entries.bytes);
        entries.count += 1;
        entries.count - 1
    }
}

const GLOBAL: GlobalType = GlobalType {
    val_type: ValType::I32,
    mutable: true,
    shared: false,
};

/// The byte that the type of a function begins with.
const FUNCTION: u8 = 0x60;

fn encode((parameters, results): Signature, bytes: &mut Vec<u8>) {
    bytes.push(FUNCTION);
    for values in [parameters, results] {
        bytes.push(values);
        (0..values).for_each(|_| ValType::I32.encode(bytes));
    }
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
