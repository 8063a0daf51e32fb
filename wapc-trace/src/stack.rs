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
use wasm_encoder::{
    CodeSection, ConstExpr, Encode, ExportKind, GlobalType, MemoryType, Module, RawSection,
    SectionId, ValType,
};
use wasmparser::{BinaryReader, Export, FunctionBody, Parser, Payload, TypeRef, TypeSectionReader};

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
    let facts = Facts::gather(wasm)?;
    let bodies = facts.traced()?;
    facts.module(wasm, depth, &bodies)
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

/// What has to be known of a module to add to it.
#[derive(Default)]
struct Facts<'a> {
    /// How many parameters each type has.
    parameters: Vec<u32>,
    /// How many functions are imported.
    imported: u32,
    /// The types of the others.
    functions: Vec<u32>,
    memories: u32,
    globals: u32,
    /// Whether there are sections to add to.
    has_memories: bool,
    has_globals: bool,
    has_exports: bool,
    bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Facts<'a> {
    fn gather(wasm: &'a [u8]) -> Option<Self> {
        let mut facts = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            facts.learn(payload.ok()?)?;
        }
        Some(facts).filter(Self::can_be_added_to)
    }

    fn learn(&mut self, payload: Payload<'a>) -> Option<()> {
        match payload {
            Payload::TypeSection(types) => self.parameters = parameters(types)?,
            Payload::ImportSection(imports) => {
                for import in imports {
                    self.count(import.ok()?.ty);
                }
            }
            Payload::FunctionSection(functions) => {
                self.functions = functions.into_iter().collect::<Result<_, _>>().ok()?;
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
                let exports: Vec<Export<'_>> =
                    exports.into_iter().collect::<Result<_, _>>().ok()?;
                self.has_exports = !exports.iter().any(is_ours);
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
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

    fn can_be_added_to(&self) -> bool {
        self.has_memories && self.has_exports && !self.bodies.is_empty()
    }

    fn traced(&self) -> Option<Vec<Vec<u8>>> {
        let tracer = Tracer {
            memory: self.memories,
            pointer: self.globals,
            imported: self.imported,
        };
        let functions = (self.imported..).zip(&self.functions).zip(&self.bodies);
        let traced = functions.map(|((index, ty), body)| {
            let parameters = *self.parameters.get(*ty as usize)?;
            tracer.trace(Function { index, parameters }, body)
        });
        traced.collect()
    }

    fn module(&self, wasm: &[u8], depth: u32, bodies: &[Vec<u8>]) -> Option<Vec<u8>> {
        let mut module = Module::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.ok()?;
            // What is none is the header, or a function, which is replaced with its section.
            let Some((id, range)) = payload.as_section() else {
                continue;
            };
            let content = wasm.get(range)?;
            match payload {
                Payload::MemorySection(_) => add(&mut module, id, content, &[memory(depth)?])?,
                Payload::GlobalSection(_) => add(&mut module, id, content, &[global()])?,
                Payload::ExportSection(_) => {
                    if !self.has_globals {
                        add(
                            &mut module,
                            SectionId::Global.into(),
                            NO_ENTRIES,
                            &[global()],
                        )?;
                    }
                    add(&mut module, id, content, &self.exports())?;
                }
                Payload::CodeSectionStart { .. } => {
                    module.section(&code(bodies));
                }
                _ => {
                    module.section(&RawSection { id, data: content });
                }
            }
        }
        Some(module.finish())
    }

    fn exports(&self) -> [Vec<u8>; 2] {
        [
            export(MEMORY, ExportKind::Memory, self.memories),
            export(POINTER, ExportKind::Global, self.globals),
        ]
    }
}

fn parameters(types: TypeSectionReader<'_>) -> Option<Vec<u32>> {
    let count = |ty: wasmparser::FuncType| u32::try_from(ty.params().len()).unwrap_or(u32::MAX);
    let types = types.into_iter_err_on_gc_types();
    types.map(|ty| ty.ok().map(count)).collect()
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

fn global() -> Vec<u8> {
    let mut entry = Vec::new();
    let ty = GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared: false,
    };
    ty.encode(&mut entry);
    ConstExpr::i32_const(0).encode(&mut entry);
    entry
}

fn export(name: &str, kind: ExportKind, index: u32) -> Vec<u8> {
    let mut entry = Vec::new();
    name.encode(&mut entry);
    kind.encode(&mut entry);
    index.encode(&mut entry);
    entry
}

fn code(bodies: &[Vec<u8>]) -> CodeSection {
    let mut code = CodeSection::new();
    for body in bodies {
        code.raw(body);
    }
    code
}

/// The content of a section that counts 0 entries.
const NO_ENTRIES: &[u8] = &[0];

/// Adds a section that has the entries of `content` and more.
fn add(module: &mut Module, id: u8, content: &[u8], more: &[Vec<u8>]) -> Option<()> {
    let mut reader = BinaryReader::new(content, 0);
    let count = reader.read_var_u32().ok()?;
    let own = content.get(reader.current_position()..)?;
    let mut data = Vec::with_capacity(content.len() + 64);
    count
        .checked_add(u32::try_from(more.len()).ok()?)?
        .encode(&mut data);
    data.extend_from_slice(own);
    data.extend(more.iter().flatten());
    module.section(&RawSection { id, data: &data });
    Some(())
}
