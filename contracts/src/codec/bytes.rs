//! Bytes as `bin`, for fields of your own messages: `#[serde(with = "codec::bytes")]`.
//!
//! ```
//! use capwire_contracts::codec;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Picture {
//!     #[serde(with = "codec::bytes")]
//!     pixels: Vec<u8>,
//! }
//!
//! let bytes = codec::encode(&Picture { pixels: vec![1, 2] })?;
//! assert!(bytes.ends_with(&[0xc4, 2, 1, 2]));
//! # Ok::<(), codec::EncodeError>(())
//! ```

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;
use std::fmt;

/// An array of numbers claims its length before it delivers; believed up to here.
const RESERVED_AHEAD: usize = 4096;

/// Writes `bytes` as `bin`.
///
/// # Errors
/// If the serializer fails.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// Reads bytes from `bin`, an array of numbers below 256, or a string.
///
/// # Errors
/// If it is something else.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    deserializer.deserialize_byte_buf(BytesVisitor)
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        Ok(text.as_bytes().to_vec())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Vec<u8>, A::Error> {
        let claimed = numbers.size_hint().unwrap_or(0);
        let mut bytes = Vec::with_capacity(claimed.min(RESERVED_AHEAD));
        while let Some(byte) = numbers.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}
