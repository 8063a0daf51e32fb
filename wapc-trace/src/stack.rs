//! A module that keeps a stack of the functions that are being called, where its host can read it.
//!
//! It gets a memory and a global, which its own code cannot reach, since a valid module names what it
//! uses by indices below those. A function pushes its index when it is called:
//!
//! ```text
//! (global.set $pointer (local.tee $here (i32.add (global.get $pointer) (i32.const 4))))
//! (i32.store $stack (local.get $here) (i32.const INDEX))
//! ```
//!
//! and nothing when it returns, however it does. Its caller puts the pointer back behind the call:
//!
//! ```text
//! (call …)
//! (global.set $pointer (local.get $here))
//! ```

use crate::body::{ENTRY, Function, Tracer};
use capwire_code::{Edit, Section, Sections, edited};
use wasm_encoder::{
    ConstExpr, Encode, ExportKind, GlobalSection, GlobalType, MemoryType, SectionId, ValType,
};
use wasmparser::{Export, Payload, TypeRef};

/// The export that is the stack, a memory.
pub const MEMORY: &str = "capwire shadow stack";

/// The export that is the stack's pointer, a mutable global of type `i32`. The host sets it to 0
/// before it calls a function.
pub const POINTER: &str = "capwire shadow stack pointer";

/// A module that is [rewritten](with_stack) so that it keeps a stack for `depth` calls, one in the
/// other: as many as its engine allows, since a call beyond them traps. All its indices stay.
///
/// The engine needs several memories, and pages of one byte: so the stack's size is never a
/// multiple of WebAssembly's pages, by which a limiter can tell it from the guest's own memory.
///
/// `None` if the module cannot be read, or has nothing to rewrite or to add to: no functions, no memory
/// of its own, no exports, or some of the stack's names, or a function with 50,000 locals. A module
/// should be validated first: an invalid one may become valid, with access to the stack.
#[must_use]
pub fn with_stack(wasm: &[u8], depth: u32) -> Option<Vec<u8>> {
    let mut facts = Facts::default();
    let mut edits = Vec::new();
    for section in Sections::of(wasm) {
        let section = section.ok()?;
        facts.learn(&section)?;
        edits.extend(facts.edits(&section, depth)?);
    }
    facts.is_complete.then(|| edited(wasm, &edits))
}

/// The functions that are being called, the innermost first, of a stack's bytes and pointer.
pub fn calls(stack: &[u8], pointer: u32) -> impl Iterator<Item = u32> {
    let end = (pointer as usize).saturating_add(ENTRY as usize);
    // The first entry is never written.
    let (entries, _) = stack.get(..end).unwrap_or(stack).as_chunks();
    entries
        .iter()
        .skip(1)
        .rev()
        .map(|entry| u32::from_le_bytes(*entry))
}

/// What is known of a module from the sections so far, which come in this order.
#[derive(Default)]
struct Facts {
    /// How many parameters each type has.
    parameters: Vec<u32>,
    /// How many functions are imported.
    imported: u32,
    /// The types of the others.
    functions: Vec<u32>,
    memories: u32,
    has_memories: bool,
    globals: u32,
    has_globals: bool,
    has_exports: bool,
    /// Whether all was added that makes a stack.
    is_complete: bool,
}

impl Facts {
    fn learn(&mut self, section: &Section<'_>) -> Option<()> {
        match &section.payload {
            Payload::TypeSection(_) => self.parameters = section.parameters().ok()?,
            Payload::ImportSection(imports) => {
                for import in imports.clone() {
                    self.count(import.ok()?.ty);
                }
            }
            Payload::FunctionSection(functions) => {
                self.functions = functions
                    .clone()
                    .into_iter()
                    .collect::<Result<_, _>>()
                    .ok()?;
            }
            Payload::MemorySection(memories) => {
                self.has_memories = true;
                self.memories += memories.count();
            }
            Payload::GlobalSection(globals) => {
                self.has_globals = true;
                self.globals += globals.count();
            }
            Payload::ExportSection(exports) => {
                let exports = exports.clone().into_iter().collect::<Result<Vec<_>, _>>();
                let exports = exports.ok()?;
                self.has_exports = !exports.iter().any(is_ours);
            }
            Payload::CodeSectionStart { count, .. } => {
                self.is_complete = self.has_memories && self.has_exports && *count > 0;
            }
            _ => {}
        }
        Some(())
    }

    fn count(&mut self, import: TypeRef) {
        match import {
            TypeRef::Func(_) => self.imported += 1,
            TypeRef::Memory(_) => self.memories += 1,
            TypeRef::Global(_) => self.globals += 1,
            TypeRef::Table(_) | TypeRef::Tag(_) => {}
        }
    }

    fn edits(&self, section: &Section<'_>, depth: u32) -> Option<Vec<Edit>> {
        match section.payload {
            Payload::MemorySection(_) => section.extended(Vec::new(), 1, memory(depth)?).ok(),
            Payload::GlobalSection(_) => section.extended(Vec::new(), 1, global()).ok(),
            Payload::ExportSection(_) => {
                let mut edits = section.extended(Vec::new(), 2, self.exports()).ok()?;
                if !self.has_globals {
                    edits.insert(0, global_section(section.start));
                }
                Some(edits)
            }
            Payload::CodeSectionStart { .. } => section.edited(self.traced(section)?).ok(),
            _ => Some(Vec::new()),
        }
    }

    fn traced(&self, code: &Section<'_>) -> Option<Vec<Edit>> {
        let tracer = Tracer {
            memory: self.memories,
            pointer: self.globals,
            imported: self.imported,
        };
        let functions = (self.imported..).zip(&self.functions).zip(code.functions());
        let traced = functions.map(|((index, ty), function)| {
            let function = function.ok()?;
            let parameters = *self.parameters.get(*ty as usize)?;
            let body = tracer.trace(Function { index, parameters }, function.body)?;
            Some(Edit::function(function.range, &body))
        });
        traced.collect()
    }

    fn exports(&self) -> Vec<u8> {
        let mut entries = Vec::new();
        for (name, kind, index) in [
            (MEMORY, ExportKind::Memory, self.memories),
            (POINTER, ExportKind::Global, self.globals),
        ] {
            name.encode(&mut entries);
            kind.encode(&mut entries);
            index.encode(&mut entries);
        }
        entries
    }
}

fn is_ours(export: &Export<'_>) -> bool {
    [MEMORY, POINTER].contains(&export.name)
}

/// With room for an entry of each call, one before them that is never written, and one byte.
fn memory(depth: u32) -> Option<Vec<u8>> {
    let bytes = u64::from(depth.checked_add(1)?) * u64::from(ENTRY) + 1;
    let mut entry = Vec::new();
    let ty = MemoryType {
        minimum: bytes,
        maximum: Some(bytes),
        memory64: false,
        shared: false,
        page_size_log2: Some(0),
    };
    ty.encode(&mut entry);
    Some(entry)
}

const POINTER_TYPE: GlobalType = GlobalType {
    val_type: ValType::I32,
    mutable: true,
    shared: false,
};

fn global() -> Vec<u8> {
    let mut entry = Vec::new();
    POINTER_TYPE.encode(&mut entry);
    ConstExpr::i32_const(0).encode(&mut entry);
    entry
}

/// For a module that has none, at the place of a section that comes later.
fn global_section(place: usize) -> Edit {
    let mut globals = GlobalSection::new();
    globals.global(POINTER_TYPE, &ConstExpr::i32_const(0));
    let mut bytes = vec![SectionId::Global.into()];
    globals.encode(&mut bytes);
    Edit {
        range: place..place,
        bytes,
    }
}
