//! What is added to a module. Its indices follow the module's own, so a valid module cannot name it.

use crate::code::Changes;
use crate::module::Module;
use crate::passes::{bulk, growth};
use crate::writer;
use std::collections::BTreeMap;
use wasm_encoder::{
    ConstExpr, Encode, EntityType, ExportKind, Function, GlobalType, MemoryType, SectionId,
    TableType, ValType,
};
use wasmparser::BinaryReaderError;
use wasmparser::types::TypesRef;

/// Entries for the ends of a module's sections.
///
/// ```
/// use capwire_wapc_rewrite::Additions;
/// use wasmparser::Validator;
///
/// let wasm = wat::parse_str("(module (global (mut i32) (i32.const 1)))")?;
/// let types = Validator::new().validate_all(&wasm)?;
/// let mut additions = Additions::default();
/// additions.follow(types.as_ref());
/// assert_eq!(additions.global("added"), 1);
/// let wasm = additions.append_to(&wasm)?;
/// assert_eq!(Validator::new().validate_all(&wasm)?.as_ref().global_count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Additions {
    first: First,
    types: BTreeMap<(Vec<ValType>, Vec<ValType>), u32>,
    helpers: Vec<(Helper, u32)>,
    /// By the section's identifier.
    entries: BTreeMap<u8, Entries>,
}

/// The first indices that the module does not use.
#[derive(Clone, Debug, Default)]
struct First {
    ty: u32,
    function: u32,
    table: u32,
    memory: u32,
    global: u32,
}

/// Entries of a section: their number and bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    pub(crate) count: u32,
    pub(crate) bytes: Vec<u8>,
}

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
    /// How many `i32` it takes, and how many it returns.
    fn signature(self) -> (usize, usize) {
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
    pub fn follow(&mut self, module: TypesRef<'_>) {
        self.first = First {
            ty: module.core_type_count_in_module(),
            function: module.function_count(),
            table: module.table_count(),
            memory: module.memory_count(),
            global: module.global_count(),
        };
    }

    /// Returns the module with the additions, and without a start section.
    ///
    /// # Errors
    /// If `wasm` is not a module.
    pub fn append_to(self, wasm: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
        let module = Module::read(wasm)?;
        let changes = Changes {
            additions: self,
            bodies: vec![None; module.bodies.len()],
            ..Changes::default()
        };
        writer::write(&module, changes)
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

    /// Returns the index of the type of functions with these parameters and results, which is added with
    /// its first use.
    pub fn ty(&mut self, parameters: &[ValType], results: &[ValType]) -> u32 {
        let signature = (parameters.to_vec(), results.to_vec());
        if let Some(known) = self.types.get(&signature) {
            return *known;
        }
        let place = self.push(SectionId::Type, |bytes| {
            bytes.push(FUNCTION);
            parameters.encode(bytes);
            results.encode(bytes);
        });
        let index = self.first.ty + place;
        self.types.insert(signature, index);
        index
    }

    /// The index of the type of a helper.
    pub(crate) fn type_of(&mut self, helper: Helper) -> u32 {
        let (parameters, results) = helper.signature();
        self.ty(
            &vec![ValType::I32; parameters],
            &vec![ValType::I32; results],
        )
    }

    /// The index of a helper, which is added with its first use.
    pub(crate) fn helper(&mut self, helper: Helper) -> u32 {
        if let Some((_, index)) = self.helpers.iter().find(|(known, _)| *known == helper) {
            return *index;
        }
        let ty = self.type_of(helper);
        let index = self.function(ty, &helper.body());
        self.helpers.push((helper, index));
        index
    }

    /// Adds an import of a function before all others. Each function of the module's own then has the next
    /// index, which the caller writes into its code.
    pub fn import(&mut self, namespace: &str, name: &str, ty: u32) {
        self.push(SectionId::Import, |bytes| {
            namespace.encode(bytes);
            name.encode(bytes);
            EntityType::Function(ty).encode(bytes);
        });
        self.first.function += 1;
    }

    /// Adds a function, and returns its index.
    pub fn function(&mut self, ty: u32, body: &Function) -> u32 {
        self.push(SectionId::Code, |bytes| body.encode(bytes));
        self.first.function + self.push(SectionId::Function, |bytes| ty.encode(bytes))
    }

    /// Adds a table, and returns its index.
    pub fn table(&mut self, ty: TableType) -> u32 {
        self.first.table + self.push(SectionId::Table, |bytes| ty.encode(bytes))
    }

    /// Adds a memory, exports it, and returns its index.
    pub fn memory(&mut self, name: &str, ty: MemoryType) -> u32 {
        let index = self.first.memory + self.push(SectionId::Memory, |bytes| ty.encode(bytes));
        self.export(name, ExportKind::Memory, index);
        index
    }

    /// Adds a mutable global of type `i32` that begins with 0, exports it, and returns its index.
    pub fn global(&mut self, name: &str) -> u32 {
        let place = self.push(SectionId::Global, |bytes| {
            GLOBAL.encode(bytes);
            ConstExpr::i32_const(0).encode(bytes);
        });
        let index = self.first.global + place;
        self.export(name, ExportKind::Global, index);
        index
    }

    /// Adds an export.
    pub fn export(&mut self, name: &str, kind: ExportKind, index: u32) {
        self.push(SectionId::Export, |bytes| {
            name.encode(bytes);
            kind.encode(bytes);
            index.encode(bytes);
        });
    }

    /// Adds a segment that declares functions, so that code may take references to them.
    pub fn declare(&mut self, functions: &[u32]) {
        self.push(SectionId::Element, |bytes| {
            bytes.extend(DECLARED_FUNCTIONS);
            functions.encode(bytes);
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

/// The bytes that a segment begins with which declares functions by their indices.
const DECLARED_FUNCTIONS: [u8; 2] = [3, 0];
