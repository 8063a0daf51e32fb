//! Where the operators of a function begin.

use crate::immediates::{Immediates, immediates};
use wasmparser::{BinaryReader, BinaryReaderError, ValType};

/// The operators of one function, in their order.
///
/// Decoding an operator takes longer than knowing how long it is. Most operators have no immediates,
/// or one or two numbers: these are stepped over by a table, and the others left to `wasmparser`.
///
/// ```
/// use capwire_code::Operators;
///
/// let body = [0, 0x41, 0x2A, 0x1A, 0x0B]; // no locals, i32.const 42, drop, end
/// let places = Operators::of(&body)?.map(|operator| Ok(operator?.place));
/// assert_eq!(places.collect::<Result<Vec<_>, _>>()?, [1, 3, 4]);
/// # Ok::<(), wasmparser::BinaryReaderError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Operators<'a> {
    body: &'a [u8],
    next: usize,
}

/// An operator in a function's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Where it begins, in bytes from the beginning of the body.
    pub place: usize,
    /// Its first byte. For some it is a prefix.
    pub opcode: u8,
}

impl<'a> Operators<'a> {
    /// The operators of a function, whose body begins with its locals.
    ///
    /// # Errors
    /// If the locals cannot be read.
    pub fn of(body: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut reader = BinaryReader::new(body, 0);
        for _ in 0..reader.read_var_u32()? {
            reader.read_var_u32()?;
            reader.read::<ValType>()?;
        }
        let next = reader.current_position();
        Ok(Self { body, next })
    }

    /// Where a less common operator ends that begins at `place`. `wasmparser` knows for each.
    fn end(&self, place: usize, immediates: Immediates) -> Result<usize, BinaryReaderError> {
        let after = place + 1;
        match immediates {
            Immediates::Type if is_plain_type(self.byte(after)) => Ok(after + 1),
            Immediates::TwoNumbers => Ok(self.number(self.number(after))),
            Immediates::FourBytes => Ok(after + 4),
            Immediates::EightBytes => Ok(after + 8),
            _ => {
                let rest = self.body.get(place..).unwrap_or_default();
                let mut reader = BinaryReader::new(rest, place);
                reader.read_operator()?;
                Ok(place + reader.current_position())
            }
        }
    }

    /// Where a number ends that begins at `place`.
    #[inline]
    fn number(&self, mut place: usize) -> usize {
        while self.byte(place) >= 0x80 {
            place += 1;
        }
        place + 1
    }

    /// 0 where the body has ended.
    #[inline]
    fn byte(&self, place: usize) -> u8 {
        self.body.get(place).copied().unwrap_or_default()
    }
}

impl Iterator for Operators<'_> {
    type Item = Result<Operator, BinaryReaderError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let place = self.next;
        let opcode = *self.body.get(place)?;
        let immediates = immediates(opcode);
        // One after the other: what comes next is hard to foresee, and a jump by a table costs more.
        self.next = if immediates == Immediates::None {
            place + 1
        } else if immediates == Immediates::Number {
            self.number(place + 1)
        } else if immediates == Immediates::Address && self.byte(place + 1) < MANY_MEMORIES {
            self.number(place + 2)
        } else {
            match self.end(place, immediates) {
                Ok(end) => end,
                Err(error) => {
                    // What follows is unknown, and who does not stop here would go on for ever.
                    self.next = self.body.len();
                    return Some(Err(error));
                }
            }
        };
        Some(Ok(Operator { place, opcode }))
    }
}

/// The bit of an alignment after which a memory's index follows. More bits make it a longer number.
const MANY_MEMORIES: u8 = 0x40;

/// Whether this is all of a block's type: it has none, or is one of numbers.
fn is_plain_type(byte: u8) -> bool {
    matches!(byte, 0x40 | 0x7C..=0x7F)
}
