//! One function's body with calls before its bulk memory instructions.

use crate::PIECE;
use std::borrow::Cow;
use wasm_encoder::{BlockType, Encode, Instruction};
use wasmparser::{BinaryReader, BinaryReaderError, FunctionBody, Operator};

/// What bodies of one type of function are cut with.
pub(crate) struct Cutter {
    /// Takes and returns three `i32`.
    pub(crate) block_type: u32,
    pub(crate) fill: u32,
    pub(crate) copy: u32,
    /// How many the function has.
    pub(crate) parameters: u32,
}

/// Where a call goes, and of which function.
type Place = (usize, u32);

/// The byte that bulk memory instructions begin with.
const PREFIX: u8 = 0xFC;

const I32: u8 = 0x7F;

impl Cutter {
    /// The body, owned if it had to change.
    pub(crate) fn cut<'a>(
        &self,
        body: &FunctionBody<'a>,
    ) -> Result<Cow<'a, [u8]>, BinaryReaderError> {
        let bytes = body.as_bytes();
        if !bytes.contains(&PREFIX) {
            return Ok(Cow::Borrowed(bytes)); // which is quickly known
        }
        let places = self.places(body)?;
        if places.is_empty() {
            return Ok(Cow::Borrowed(bytes));
        }
        let start = body.range().start;
        let code = body.get_operators_reader()?.original_position() - start;
        let (mut cut, length) = self.locals(body, bytes.get(..code).unwrap_or_default())?;
        let mut done = code;
        for (place, function) in places {
            let place = place - start;
            cut.extend_from_slice(bytes.get(done..place).unwrap_or_default());
            self.call(length, function, &mut cut);
            done = place;
        }
        cut.extend_from_slice(bytes.get(done..).unwrap_or_default());
        Ok(Cow::Owned(cut))
    }

    fn places(&self, body: &FunctionBody<'_>) -> Result<Vec<Place>, BinaryReaderError> {
        let mut places = Vec::new();
        let mut small = false;
        for operator in body.get_operators_reader()?.into_iter_with_offsets() {
            let (operator, place) = operator?;
            match operator {
                Operator::MemoryFill { mem: 0 } if !small => places.push((place, self.fill)),
                Operator::MemoryCopy {
                    dst_mem: 0,
                    src_mem: 0,
                } if !small => places.push((place, self.copy)),
                _ => {}
            }
            // The length is what comes last. Engines make something better of one that they know.
            small = matches!(operator, Operator::I32Const { value }
                if value.cast_unsigned() <= PIECE);
        }
        Ok(places)
    }

    /// The declarations with one more local, an `i32`, and its index.
    fn locals(
        &self,
        body: &FunctionBody<'_>,
        declared: &[u8],
    ) -> Result<(Vec<u8>, u32), BinaryReaderError> {
        let mut index = self.parameters;
        for group in body.get_locals_reader()? {
            let (count, _) = group?;
            index = index.saturating_add(count);
        }
        let mut reader = BinaryReader::new(declared, 0);
        let groups = reader.read_var_u32()?;
        let own = declared.get(reader.current_position()..);
        let mut locals = Vec::with_capacity(declared.len() + 8);
        groups.saturating_add(1).encode(&mut locals);
        locals.extend_from_slice(own.unwrap_or_default());
        locals.extend_from_slice(&[1, I32]);
        Ok((locals, index))
    }

    /// All but the last piece is `function`'s if there are several.
    fn call(&self, length: u32, function: u32, code: &mut Vec<u8>) {
        for instruction in [
            Instruction::LocalTee(length),
            Instruction::LocalGet(length),
            Instruction::I32Const(PIECE.cast_signed()),
            Instruction::I32GtU,
            Instruction::If(BlockType::FunctionType(self.block_type)),
            Instruction::Call(function),
            Instruction::End,
        ] {
            instruction.encode(code);
        }
    }
}
