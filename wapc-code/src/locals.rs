//! Functions with a local more.

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, BinaryReaderError, ValType};

/// What a function's body begins with instead of its declarations, to have one more local, an `i32`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneMore {
    /// The declarations.
    pub declarations: Vec<u8>,
    /// Where its code begins in the body that it had.
    pub code: usize,
    /// The local's index. Engines refuse 50,000 and more.
    pub index: u32,
}

impl OneMore {
    /// For a function with so many parameters.
    ///
    /// ```
    /// use capwire_code::OneMore;
    ///
    /// let body = [1, 2, 0x7E, 0x0B]; // two i64; end
    /// let more = OneMore::of(&body, 3)?;
    /// assert_eq!(more.declarations, [2, 2, 0x7E, 1, 0x7F]);
    /// assert_eq!((more.code, more.index), (3, 5));
    /// # Ok::<(), wasmparser::BinaryReaderError>(())
    /// ```
    ///
    /// # Errors
    /// If the declarations cannot be read.
    pub fn of(body: &[u8], parameters: u32) -> Result<Self, BinaryReaderError> {
        let mut reader = BinaryReader::new(body, 0);
        let groups = reader.read_var_u32()?;
        let first = reader.current_position();
        let mut index = parameters;
        for _ in 0..groups {
            index = index.saturating_add(reader.read_var_u32()?);
            reader.read::<ValType>()?;
        }
        let code = reader.current_position();
        let mut declarations = Vec::with_capacity(code + 8);
        groups.saturating_add(1).encode(&mut declarations);
        declarations.extend_from_slice(body.get(first..code).unwrap_or_default());
        declarations.extend_from_slice(&[1, I32]);
        Ok(Self {
            declarations,
            code,
            index,
        })
    }
}

const I32: u8 = 0x7F;
