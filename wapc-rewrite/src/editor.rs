//! A function's body that is edited from its beginning to its end.

use wasm_encoder::{Encode, InstructionSink, ValType};
use wasmparser::{BinaryReader, BinaryReaderError};

/// A body and the edits so far.
pub(crate) struct Editor<'a> {
    /// The body with its declarations of locals.
    body: &'a [u8],
    /// Where its code begins.
    start: usize,
    /// The code so far: edits, and the body up to `taken`.
    code: Vec<u8>,
    taken: usize,
    /// How many locals the function has, parameters included, and how many it gets.
    locals: u32,
    more_locals: u32,
    is_edited: bool,
}

impl<'a> Editor<'a> {
    /// Begins with a body whose code begins at `start` and which has so many `locals`, parameters included.
    pub(crate) fn new(body: &'a [u8], start: usize, locals: u32) -> Self {
        Self {
            body,
            start,
            code: Vec::new(),
            taken: start,
            locals,
            more_locals: 0,
            is_edited: false,
        }
    }

    /// The body as it was, with its declarations of locals.
    pub(crate) fn body(&self) -> &'a [u8] {
        self.body
    }

    /// How many locals the function has, parameters and added ones included.
    pub(crate) fn locals(&self) -> u32 {
        self.locals + self.more_locals
    }

    /// Takes instructions that go to the beginning of the code.
    pub(crate) fn at_start(&mut self) -> InstructionSink<'_> {
        self.before(self.start)
    }

    /// Takes instructions that go before the operator at `place`, a byte of the body. Places never decrease.
    pub(crate) fn before(&mut self, place: usize) -> InstructionSink<'_> {
        self.take(place);
        self.is_edited = true;
        InstructionSink::new(&mut self.code)
    }

    /// Takes instructions that replace the operator from `place` to `end`.
    pub(crate) fn replace(&mut self, place: usize, end: usize) -> InstructionSink<'_> {
        self.take(place);
        self.taken = end;
        self.is_edited = true;
        InstructionSink::new(&mut self.code)
    }

    /// Adds a local of type `i32`, and returns its index.
    pub(crate) fn add_local(&mut self) -> u32 {
        self.more_locals += 1;
        self.locals() - 1
    }

    /// The edited body, or none if there was no edit.
    pub(crate) fn finish(mut self) -> Result<Option<Vec<u8>>, BinaryReaderError> {
        if !self.is_edited {
            return Ok(None);
        }
        self.take(self.body.len());
        let mut body = Vec::with_capacity(self.start + self.code.len() + 8);
        self.declare(&mut body)?;
        body.append(&mut self.code);
        Ok(Some(body))
    }

    fn take(&mut self, end: usize) {
        let kept = self.body.get(self.taken..end).unwrap_or_default();
        self.code.extend_from_slice(kept);
        self.taken = end;
    }

    fn declare(&self, body: &mut Vec<u8>) -> Result<(), BinaryReaderError> {
        let own = self.body.get(..self.start).unwrap_or_default();
        if self.more_locals == 0 {
            body.extend_from_slice(own);
            return Ok(());
        }
        let mut reader = BinaryReader::new(own, 0);
        reader.read_var_u32()?.saturating_add(1).encode(body);
        body.extend_from_slice(own.get(reader.current_position()..).unwrap_or_default());
        self.more_locals.encode(body);
        ValType::I32.encode(body);
        Ok(())
    }
}
