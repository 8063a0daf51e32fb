//! One function's body with calls before its bulk memory instructions.

use crate::PIECE;
use capwire_code::{OneMore, Operators};
use memchr::memrchr_iter;
use wasm_encoder::{BlockType, Encode, Instruction};
use wasmparser::{BinaryReader, BinaryReaderError, Operator};

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

const I32_CONST: u8 = 0x41;

impl Cutter {
    /// The body if it has to change.
    pub(crate) fn cut(&self, body: &[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError> {
        let places = match last_candidate(body) {
            Some(last) => self.places(body, last)?,
            None => return Ok(None),
        };
        if places.is_empty() {
            return Ok(None);
        }
        let length = OneMore::of(body, self.parameters)?;
        let (mut cut, mut done) = (length.declarations, length.code);
        cut.reserve(body.len() + 64);
        for (place, function) in places {
            cut.extend_from_slice(body.get(done..place).unwrap_or_default());
            self.call(length.index, function, &mut cut);
            done = place;
        }
        cut.extend_from_slice(body.get(done..).unwrap_or_default());
        Ok(Some(cut))
    }

    /// Where calls go in a body, in which nothing is to be cut after `last`.
    fn places(&self, body: &[u8], last: usize) -> Result<Vec<Place>, BinaryReaderError> {
        let code =
            |operator: capwire_code::Operator| body.get(operator.place..).unwrap_or_default();
        let mut places = Vec::new();
        let mut before = None;
        for operator in Operators::of(body)? {
            let operator = operator?;
            if operator.place > last {
                break;
            }
            if operator.opcode == PREFIX && !before.map(code).is_some_and(is_known_to_be_small) {
                let function = self.function(code(operator))?;
                places.extend(function.map(|function| (operator.place, function)));
            }
            before = Some(operator);
        }
        Ok(places)
    }

    /// The function for all but the last piece, if the code begins with an instruction to cut.
    fn function(&self, code: &[u8]) -> Result<Option<u32>, BinaryReaderError> {
        Ok(match BinaryReader::new(code, 0).read_operator()? {
            Operator::MemoryFill { mem: 0 } => Some(self.fill),
            Operator::MemoryCopy {
                dst_mem: 0,
                src_mem: 0,
            } => Some(self.copy),
            _ => None,
        })
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

/// The last bytes that may be an instruction to cut: quickly known, and nothing for most functions.
fn last_candidate(body: &[u8]) -> Option<usize> {
    let is_one = |&place: &usize| matches!(body.get(place + 1), Some(0x0A | 0x0B | 0x8A | 0x8B));
    memrchr_iter(PREFIX, body).find(is_one)
}

/// The length is what comes last. Engines make something better of one that they know.
fn is_known_to_be_small(code: &[u8]) -> bool {
    match code {
        [I32_CONST, number @ ..] => BinaryReader::new(number, 0)
            .read_var_i32()
            .is_ok_and(|length| length.cast_unsigned() <= PIECE),
        _ => false,
    }
}
