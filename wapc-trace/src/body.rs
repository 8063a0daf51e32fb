//! One function that says when it is called.

use wasm_encoder::{Encode, Instruction, MemArg};
use wasmparser::{BinaryReader, FunctionBody, Operator};

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

const I32: u8 = 0x7F;

/// The most locals that engines allow.
const MOST_LOCALS: u32 = 50_000;

impl Tracer {
    /// The body with an entry pushed at its start, and the pointer put back behind its calls. None
    /// if it cannot be read, or has no room for another local.
    pub(crate) fn trace(&self, function: Function, body: &FunctionBody<'_>) -> Option<Vec<u8>> {
        let bytes = body.as_bytes();
        let start = body.range().start;
        let code = body.get_operators_reader().ok()?.original_position() - start;
        let (mut traced, local) = locals(function, body, bytes.get(..code)?)?;
        self.enter(function, local, &mut traced);
        let mut done = code;
        for place in self.returns(body)? {
            let place = place - start;
            traced.extend_from_slice(bytes.get(done..place)?);
            self.put_back(local, &mut traced);
            done = place;
        }
        traced.extend_from_slice(bytes.get(done..)?);
        Some(traced)
    }

    /// Where calls return to this function and it goes on; if it returns, too, its caller puts the
    /// pointer back.
    fn returns(&self, body: &FunctionBody<'_>) -> Option<Vec<usize>> {
        let mut operators = body.get_operators_reader().ok()?;
        let mut places = Vec::new();
        let mut called = None;
        while !operators.eof() {
            let operator = operators.read().ok()?;
            let goes_on = !operators.eof() && !matches!(operator, Operator::Return);
            places.extend(called.take().filter(|_| goes_on));
            called = self
                .is_traced_call(&operator)
                .then(|| operators.original_position());
        }
        Some(places)
    }

    fn is_traced_call(&self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Call { function_index } => *function_index >= self.imported,
            Operator::CallIndirect { .. } | Operator::CallRef { .. } => true,
            _ => false,
        }
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

/// The declarations with one more local, an `i32`, and its index.
fn locals(function: Function, body: &FunctionBody<'_>, declared: &[u8]) -> Option<(Vec<u8>, u32)> {
    let mut index = function.parameters;
    for group in body.get_locals_reader().ok()? {
        let (count, _) = group.ok()?;
        index = index.checked_add(count)?;
    }
    if index >= MOST_LOCALS {
        return None;
    }
    let mut reader = BinaryReader::new(declared, 0);
    let groups = reader.read_var_u32().ok()?;
    let own = declared.get(reader.current_position()..)?;
    let mut locals = Vec::with_capacity(declared.len() + 8);
    (groups + 1).encode(&mut locals);
    locals.extend_from_slice(own);
    locals.extend_from_slice(&[1, I32]);
    Some((locals, index))
}
