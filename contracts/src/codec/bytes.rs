//! Encodes bytes as `bin` in your own messages: `#[serde(with = "codec::bytes")]`.
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

use crate::scalar::Scalar;
use serde::{Deserialize, Deserializer, Serializer};

/// Writes `bytes` as `bin`.
///
/// # Errors
/// Returns an error if the serializer fails.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// Reads bytes from `bin`, an array of numbers below 256, or a string.
///
/// # Errors
/// Returns an error for any other value.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    Scalar::deserialize(deserializer)?.bytes()
}
