//! Memory that grows in pieces.
//!
//! wasmi writes zeros to what memory grows by, in one instruction: 64 MiB, as much as guests may have by
//! default, kept a thread for 32 ms. So guests call a function instead of each `memory.grow`, which grows
//! it by a piece in each round of a loop, between which a slice may end. Half of what was asked for is no
//! answer, so it knows how much a guest may have, from a global that is out of the guest's reach.

use crate::fault;
use capwire_code::{Edit, Operators, Section, Sections, edited};
use capwire_wapc::{CompileError, Source};
use memchr::memrchr_iter;
use std::borrow::Cow;
use wasm_encoder::{
    BlockType, ConstExpr, Encode, ExportKind, Function, GlobalSection, GlobalType, Instruction,
    SectionId, ValType,
};
use wasmparser::{BinaryReaderError, Payload};

/// The export that is a mutable global of type `i32`, if the guest's memory grows in pieces: the most
/// pages that it may have, which the host writes there.
pub(crate) const MOST_PAGES: &str = "capwire most pages";

/// Pages that memory grows by at once: far less than a slice's worth.
const PIECE: i32 = 8;

/// The same module if its memory does not grow. Refuses what cannot be read, and what has an export by
/// the host's name: its memory would grow as it likes, and the host write to a global of the guest's.
pub(crate) fn in_pieces(wasm: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, CompileError> {
    let edits = edits(&wasm).map_err(fault::invalid)?;
    Ok(match edits.is_empty() {
        true => wasm,
        false => Cow::Owned(edited(&wasm, &edits)),
    })
}

/// What has to be known of a module.
#[derive(Default)]
struct Facts {
    types: u32,
    imported: u32,
    functions: u32,
    globals: u32,
    has_globals: bool,
    /// Whether an address has 64 bits.
    is_large: bool,
    /// Whether the guest has an export by the host's name.
    is_taken: bool,
}

fn edits(wasm: &[u8]) -> Result<Vec<Edit>, Source> {
    let sections = Sections::of(wasm).collect::<Result<Vec<_>, _>>()?;
    let mut facts = Facts::default();
    for section in &sections {
        facts.read(section)?;
    }
    if facts.is_taken {
        return Err(format!("it exports `{MOST_PAGES}`, which is a name of the host's").into());
    }
    let code = sections.iter().find(|section| is_code(section));
    let changed = match code {
        Some(code) if !facts.is_large => code.with_bodies(|_, body| changed(body, facts.grow()))?,
        _ => Vec::new(),
    };
    if changed.is_empty() {
        return Ok(changed);
    }
    let mut edits = Vec::new();
    for section in &sections {
        edits.extend(facts.additions(section)?);
    }
    if let Some(code) = code {
        let mut function = Vec::new();
        grow(facts.globals).encode(&mut function);
        edits.extend(code.extended(changed, 1, function)?);
    }
    Ok(edits)
}

fn is_code(section: &Section<'_>) -> bool {
    matches!(section.payload, Payload::CodeSectionStart { .. })
}

impl Facts {
    fn read(&mut self, section: &Section<'_>) -> Result<(), BinaryReaderError> {
        match &section.payload {
            Payload::TypeSection(types) => self.types = types.count(),
            Payload::ImportSection(_) => self.imported = section.imported_functions()?,
            Payload::FunctionSection(functions) => self.functions = functions.count(),
            Payload::MemorySection(memories) => {
                for memory in memories.clone() {
                    self.is_large |= memory?.memory64;
                }
            }
            Payload::GlobalSection(globals) => {
                (self.globals, self.has_globals) = (globals.count(), true);
            }
            Payload::ExportSection(exports) => {
                for export in exports.clone() {
                    self.is_taken |= export?.name == MOST_PAGES;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The index of the function that is added.
    fn grow(&self) -> u32 {
        self.imported.saturating_add(self.functions)
    }

    /// A type, a function, a global and an export, each behind the others in its section.
    fn additions(&self, section: &Section<'_>) -> Result<Vec<Edit>, BinaryReaderError> {
        let mut entry = Vec::new();
        match section.payload {
            Payload::TypeSection(_) => entry.extend_from_slice(TYPE),
            Payload::FunctionSection(_) => self.types.encode(&mut entry),
            Payload::GlobalSection(_) => {
                GLOBAL.encode(&mut entry);
                ConstExpr::i32_const(0).encode(&mut entry);
            }
            Payload::ExportSection(_) => {
                MOST_PAGES.encode(&mut entry);
                ExportKind::Global.encode(&mut entry);
                self.globals.encode(&mut entry);
            }
            _ => return Ok(Vec::new()),
        }
        let mut edits = section.extended(Vec::new(), 1, entry)?;
        if !self.has_globals && matches!(section.payload, Payload::ExportSection(_)) {
            edits.insert(0, global_section(section.start));
        }
        Ok(edits)
    }
}

/// `(func (param i32) (result i32))`
const TYPE: &[u8] = &[0x60, 1, 0x7F, 1, 0x7F];

const GLOBAL: GlobalType = GlobalType {
    val_type: ValType::I32,
    mutable: true,
    shared: false,
};

/// For a module that has none, at the place of the section that follows.
fn global_section(place: usize) -> Edit {
    let mut globals = GlobalSection::new();
    globals.global(GLOBAL, &ConstExpr::i32_const(0));
    let mut bytes = vec![SectionId::Global.into()];
    globals.encode(&mut bytes);
    Edit {
        range: place..place,
        bytes,
    }
}

const MEMORY_GROW: u8 = 0x40;

/// The body with a call of `grow` instead of each `memory.grow`, if it has any.
fn changed(body: &[u8], grow: u32) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let Some(last) = last_candidate(body) else {
        return Ok(None);
    };
    let (mut changed, mut done) = (Vec::new(), 0);
    let mut operators = Operators::of(body)?.peekable();
    while let Some(operator) = operators.next() {
        let operator = operator?;
        if operator.place > last {
            break;
        }
        if operator.opcode != MEMORY_GROW {
            continue;
        }
        changed.extend_from_slice(body.get(done..operator.place).unwrap_or_default());
        Instruction::Call(grow).encode(&mut changed);
        // It is never the last one, which is an `end`.
        let next = operators.peek().and_then(|next| next.as_ref().ok());
        done = next.map_or(body.len(), |next| next.place);
    }
    if done == 0 {
        return Ok(None);
    }
    changed.extend_from_slice(body.get(done..).unwrap_or_default());
    Ok(Some(changed))
}

/// The last bytes that may be a `memory.grow`: of the only memory, whose index may be written as a
/// longer number. Most of these bytes are the type of a block.
fn last_candidate(body: &[u8]) -> Option<usize> {
    let is_one = |next: &u8| *next == 0 || *next >= 0x80;
    memrchr_iter(MEMORY_GROW, body).find(|place| body.get(place + 1).is_some_and(is_one))
}

const DELTA: u32 = 0;
const BEFORE: u32 = 1;

/// What cannot be in all is asked for as it is, and refused.
fn grow(most: u32) -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    code.local_get(DELTA)
        .global_get(most)
        .memory_size(0)
        .local_tee(BEFORE)
        .i32_sub()
        .i32_gt_u()
        .if_(BlockType::Empty)
        .local_get(DELTA)
        .memory_grow(0)
        .return_()
        .end();
    code.loop_(BlockType::Empty)
        .local_get(DELTA)
        .i32_const(PIECE)
        .i32_gt_u()
        .if_(BlockType::Empty)
        .i32_const(PIECE)
        .memory_grow(0)
        .i32_const(-1)
        .i32_eq()
        .if_(BlockType::Empty)
        .i32_const(-1)
        .return_()
        .end()
        .local_get(DELTA)
        .i32_const(PIECE)
        .i32_sub()
        .local_set(DELTA)
        .br(1)
        .end()
        .end();
    code.local_get(DELTA)
        .memory_grow(0)
        .i32_const(-1)
        .i32_eq()
        .if_(BlockType::Result(ValType::I32))
        .i32_const(-1)
        .else_()
        .local_get(BEFORE)
        .end()
        .end();
    function
}

#[cfg(test)]
mod tests;
