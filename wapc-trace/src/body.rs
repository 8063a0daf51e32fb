//! One function that says when it is called.

use capwire_code::{OneMore, Operator, Operators};
use wasm_encoder::{Encode, Instruction, MemArg};
use wasmparser::BinaryReader;

/// Where the shadow stack is.
pub(crate) struct Tracer {
    pub(crate) memory: u32,
    pub(crate) pointer: u32,
    /// How many functions are imported. They do not move the pointer.
    pub(crate) imported: u32,
}

/// What a function is known by, and how many parameters it has.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    pub(crate) index: u32,
    pub(crate) parameters: u32,
}

/// Bytes of an entry: an index.
pub(crate) const ENTRY: u32 = 4;

const RETURN: u8 = 0x0F;
const CALL: u8 = 0x10;
const CALL_INDIRECT: u8 = 0x11;

/// The most locals that engines allow.
const MOST_LOCALS: u32 = 50_000;

impl Tracer {
    /// The body with an entry pushed at its start, and the pointer put back behind its calls. None
    /// if it cannot be read, or has no room for another local.
    pub(crate) fn trace(&self, function: Function, body: &[u8]) -> Option<Vec<u8>> {
        let local = OneMore::of(body, function.parameters).ok()?;
        let (mut traced, mut done, local) = (local.declarations, local.code, local.index);
        if local >= MOST_LOCALS {
            return None;
        }
        traced.reserve(body.len() + 64);
        self.enter(function, local, &mut traced);
        for place in self.returns(body)? {
            traced.extend_from_slice(body.get(done..place)?);
            self.put_back(local, &mut traced);
            done = place;
        }
        traced.extend_from_slice(body.get(done..)?);
        Some(traced)
    }

    /// Where calls return to this function and it goes on; if it returns, too, its caller puts the
    /// pointer back.
    fn returns(&self, body: &[u8]) -> Option<Vec<usize>> {
        let mut places = Vec::new();
        let mut was_call = false;
        for operator in Operators::of(body).ok()? {
            let Operator { place, opcode } = operator.ok()?;
            let is_last = place + 1 == body.len();
            if was_call && !is_last && opcode != RETURN {
                places.push(place);
            }
            was_call = match opcode {
                CALL => self.is_traced(body.get(place + 1..)?)?,
                _ => opcode == CALL_INDIRECT,
            };
        }
        Some(places)
    }

    /// Whether the function moves the pointer whose index these bytes begin with.
    fn is_traced(&self, bytes: &[u8]) -> Option<bool> {
        let function = BinaryReader::new(bytes, 0).read_var_u32().ok()?;
        Some(function >= self.imported)
    }

    fn enter(&self, function: Function, local: u32, code: &mut Vec<u8>) {
        for instruction in [
            Instruction::GlobalGet(self.pointer),
            Instruction::I32Const(ENTRY.cast_signed()),
            Instruction::I32Add,
            Instruction::LocalTee(local),
            Instruction::GlobalSet(self.pointer),
            Instruction::LocalGet(local),
            Instruction::I32Const(function.index.cast_signed()),
            Instruction::I32Store(MemArg {
                offset: 0,
                align: ENTRY.ilog2(),
                memory_index: self.memory,
            }),
        ] {
            instruction.encode(code);
        }
    }

    fn put_back(&self, local: u32, code: &mut Vec<u8>) {
        Instruction::LocalGet(local).encode(code);
        Instruction::GlobalSet(self.pointer).encode(code);
    }
}
