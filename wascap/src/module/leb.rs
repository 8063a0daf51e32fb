//! LEB128, the variable-length numbers of WebAssembly.
//!
//! A `u32` takes at most five bytes. Shorter values may be padded up to that, which linkers use
//! to leave room (<https://webassembly.github.io/spec/core/binary/values.html#integers>).

use super::ModuleError;
use alloc::vec::Vec;

const MAX_BYTES: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Truncated,
    TooLarge,
}

impl Fault {
    pub(super) fn into_error(self, what: &'static str, offset: usize) -> ModuleError {
        match self {
            Self::Truncated => ModuleError::Truncated { what, offset },
            Self::TooLarge => ModuleError::Number { what, offset },
        }
    }
}

/// The number at the start of `bytes`, and how many bytes it takes.
pub(super) fn decode(bytes: &[u8]) -> Result<(u32, usize), Fault> {
    let mut value: u64 = 0;
    for (index, byte) in bytes.iter().take(MAX_BYTES).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).map_err(|_| Fault::TooLarge)?;
            return Ok((value, index + 1));
        }
    }
    Err(if bytes.len() < MAX_BYTES {
        Fault::Truncated
    } else {
        Fault::TooLarge
    })
}

/// The shortest encoding of `value`.
pub(super) fn encode(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(MAX_BYTES);
    loop {
        let low = (value & 0x7F) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
