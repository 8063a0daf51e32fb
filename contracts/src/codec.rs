//! The MessagePack encoding of messages, compatible with waSCC actors since 2020.
//!
//! The encoder writes messages as maps with string keys, bytes as `bin`, and signed fields in
//! signed formats, which readers of all languages take. The decoder accepts
//! maps in any order and positional arrays; keys in snake case, too; and bytes as `bin`, an array
//! of numbers or a string. It ignores unknown keys and data after the message.

pub mod bytes;
mod encoder;

use encoder::Encoder;
use rmp_serde::decode::Error as Cause;
use serde::Serialize;
use serde::de::{DeserializeOwned, DeserializeSeed};
use std::io;

/// The maximum nesting depth of a message. The messages of this crate need at most four levels.
const MAX_DEPTH: usize = 32;

/// The error for a value that cannot be encoded. It never occurs for messages of this crate.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the value as MessagePack: {0}")]
pub struct EncodeError(String);

/// The error for bytes that are not the expected message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The payload is empty. A sender must send a message, even if it has no content.
    #[error("the payload is empty, expected a message")]
    Empty,
    /// The payload ends before the message does.
    #[error("the payload ends in the middle of the message")]
    Truncated,
    /// The payload nests too deeply.
    #[error("the payload nests more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A field is missing or has another type. The text is short and [escaped](capwire_text).
    #[error("the payload is not the expected message: {0}")]
    Mismatch(String),
}

/// Encodes `message` in the canonical form.
///
/// # Errors
/// Returns [`EncodeError`] if the `Serialize` implementation of a foreign type fails. Messages of
/// this crate never fail.
pub fn encode<T: Serialize + ?Sized>(message: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    message.serialize(Encoder::<false>::new(&mut bytes))?;
    Ok(bytes)
}

/// Encodes `message` for actors of any age: with each name of a field in camel case and in snake
/// case, and bytes as arrays of numbers. It is larger than the canonical form.
///
/// # Errors
/// The same as [`encode`].
pub fn encode_universal<T: Serialize + ?Sized>(message: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    message.serialize(Encoder::<true>::new(&mut bytes))?;
    Ok(bytes)
}

/// Decodes a message from the start of `payload`, which may be hostile.
///
/// Messages of this crate allocate memory for data that is present, not for the length that a field
/// claims.
///
/// # Errors
/// Returns [`DecodeError`] if the payload is not a `T`.
///
/// ```
/// use capwire_contracts::{codec, keyvalue::AddRequest};
///
/// let positional = [0x92, 0xa1, b'k', 1];
/// assert_eq!(codec::decode::<AddRequest>(&positional)?.key, "k");
/// assert_eq!(codec::decode::<AddRequest>(&[]), Err(codec::DecodeError::Empty));
/// # Ok::<(), codec::DecodeError>(())
/// ```
pub fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<T, DecodeError> {
    if payload.is_empty() {
        return Err(DecodeError::Empty);
    }
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(payload);
    deserializer.set_max_depth(MAX_DEPTH);
    T::deserialize(&mut deserializer).map_err(blame)
}

/// Decodes `payload` with `seed`. Bytes after the message are an error.
pub(crate) fn decode_whole<'de, S: DeserializeSeed<'de>>(
    seed: S,
    mut payload: &[u8],
) -> Result<S::Value, DecodeError> {
    if payload.is_empty() {
        return Err(DecodeError::Empty);
    }
    let mut deserializer = rmp_serde::Deserializer::new(&mut payload);
    deserializer.set_max_depth(MAX_DEPTH);
    let decoded = seed.deserialize(&mut deserializer).map_err(blame)?;
    match payload.is_empty() {
        true => Ok(decoded),
        false => Err(DecodeError::Mismatch("bytes follow the message".to_owned())),
    }
}

fn blame(cause: Cause) -> DecodeError {
    match cause {
        Cause::InvalidMarkerRead(error) | Cause::InvalidDataRead(error)
            if error.kind() == io::ErrorKind::UnexpectedEof =>
        {
            DecodeError::Truncated
        }
        Cause::DepthLimitExceeded => DecodeError::TooDeep,
        other => DecodeError::Mismatch(short(&other.to_string())),
    }
}

/// The maximum length of a mismatch's text in bytes. The text quotes the wrong value, which may be
/// as long as the message.
const LONGEST: usize = 400;

/// Returns `text` escaped. A long text loses its middle, because its end names the expected type.
fn short(text: &str) -> String {
    let clean = capwire_text::escaped;
    if text.len() <= LONGEST {
        return clean(text);
    }
    let (head, _) = text.split_at(text.floor_char_boundary(LONGEST / 2));
    let (_, tail) = text.split_at(text.ceil_char_boundary(text.len() - LONGEST / 2));
    format!("{} […] {}", clean(head), clean(tail))
}
