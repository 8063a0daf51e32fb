//! MessagePack as every waSCC actor since 2020 speaks it: read leniently, written canonically.
//!
//! Messages are written as maps with string keys, bytes as `bin`. They are read from maps in any
//! order or from positional arrays; keys also in snake case; bytes from `bin`, an array of numbers
//! or a string; unknown keys and whatever follows the message are ignored.

pub mod bytes;

use rmp_serde::decode::Error as Cause;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;

/// How deeply a message may nest. The deepest one of ours needs four.
const MAX_DEPTH: usize = 32;

/// A value that MessagePack, or its own `Serialize`, cannot express. The messages of this crate
/// always can be encoded.
#[derive(Debug, thiserror::Error)]
#[error("the value cannot be written as MessagePack: {0}")]
pub struct EncodeError(String);

/// Bytes that are not the message they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No bytes at all: the sender must send a message, even one without content.
    #[error("the payload is empty, a message was expected")]
    Empty,
    /// The bytes end before the message does.
    #[error("the payload ends in the middle of the message")]
    Truncated,
    /// Lists in lists in lists, beyond what any message needs.
    #[error("the payload nests more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A field is missing or of another type. The text is short and [escaped](capwire_text).
    #[error("the payload is not the message that was expected: {0}")]
    Mismatch(String),
}

/// Writes `message` in the canonical form.
///
/// # Errors
/// [`EncodeError`] if the `Serialize` of a foreign type fails; never for messages of this crate.
pub fn encode<T: Serialize + ?Sized>(message: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
    message
        .serialize(&mut serializer)
        .map_err(|error| EncodeError(error.to_string()))?;
    Ok(bytes)
}

/// Reads a message from the start of `payload`, which may come from anyone.
///
/// The messages of this crate take memory for what is there, not for what a length field claims.
///
/// # Errors
/// [`DecodeError`] says what is wrong with the bytes.
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

/// The most bytes of a mismatch: it quotes the text that stands where a number should, which may be all
/// of a message.
const LONGEST: usize = 400;

/// Returns `text` escaped, without the middle of what is long: its end says what was expected.
fn short(text: &str) -> String {
    let clean = capwire_text::escaped;
    if text.len() <= LONGEST {
        return clean(text);
    }
    let (head, _) = text.split_at(text.floor_char_boundary(LONGEST / 2));
    let (_, tail) = text.split_at(text.ceil_char_boundary(text.len() - LONGEST / 2));
    format!("{} […] {}", clean(head), clean(tail))
}
