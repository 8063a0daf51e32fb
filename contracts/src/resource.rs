//! What a message is about: which keys, host, subject or container.
//!
//! Claims can narrow a capability to resources. Whoever enforces that must see the resource that
//! the provider will use, not one that another reader would find in the same bytes. So
//! [`examine`] reads a message once, strictly, and gives back both what it is about and the
//! canonical encoding of what was read, which is what the provider gets.
//!
//! | contract | resources | of which operations |
//! |---|---|---|
//! | `wascc:keyvalue` | keys | all |
//! | `wascc:http_client` | the host of the URL, and of a `host` header | all |
//! | `wascc:messaging` | the subject, and that for replies | those of actors |
//! | `wascc:blobstore` | the container | those of actors |
//!
//! # Form of resources
//! Keys, subjects and containers are as they are in the message, byte for byte. Subjects have no
//! white space or control characters, containers no `/`, `\`, or control characters, and are
//! neither `.` nor `..`: a message with another is refused, since a server could take it for
//! something else.
//!
//! A host is in lower case, an address in its canonical form (`127.0.0.1`, `[::1]`). A port
//! follows (`example.com:8080`) unless it is that of the scheme. The URL has the scheme `http` or
//! `https`, no user, and consists of printable ASCII without `\`; a host is of letters, digits,
//! `-`, `_` and `.`, and does not end in a dot.

mod about;
mod strict;
mod url;

use crate::codec::{self, DecodeError, EncodeError};
use crate::{blobstore, http, keyvalue, messaging};
use about::About;
use serde::Serialize;
use serde::de::DeserializeOwned;
use strict::Strict;

/// A message that was read strictly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examined {
    /// All that it is about; never empty.
    pub resources: Vec<String>,
    /// The message in canonical form, to be used in place of the one that came.
    pub payload: Vec<u8>,
}

/// Why it is not known what a message is about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExamineError {
    /// It cannot be known for this operation.
    #[error("it is not known what {operation} of {contract} is about")]
    Unknown {
        /// The contract.
        contract: String,
        /// The operation.
        operation: String,
    },
    /// The bytes are not the message, or not in the one form without doubt: a map in which no
    /// member stands twice.
    #[error("the message leaves doubt: {0}")]
    Decode(#[from] DecodeError),
    /// What it is about has a form that servers may read differently.
    #[error("the message leaves doubt: {0}")]
    Doubtful(&'static str),
    /// The message cannot be written again.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// What the resources of `contract` are called, or `None` if its messages cannot be examined. The
/// contract is named in its [canonical](crate::canonical_contract) spelling.
///
/// ```
/// use capwire_contracts::resource;
///
/// assert_eq!(resource::kind("wascc:keyvalue"), Some("keys"));
/// assert_eq!(resource::kind("wascc:logging"), None);
/// ```
#[must_use]
pub fn kind(contract: &str) -> Option<&'static str> {
    match contract {
        keyvalue::CONTRACT => Some("keys"),
        http::CLIENT_CONTRACT => Some("hosts"),
        messaging::CONTRACT => Some("subjects"),
        blobstore::CONTRACT => Some("containers"),
        _ => None,
    }
}

/// Reads what an actor asks a provider of `contract` for.
///
/// # Errors
/// [`ExamineError`] if that leaves any doubt. The call must not be carried out then.
///
/// ```
/// use capwire_contracts::{codec, keyvalue, resource};
///
/// let request = codec::encode(&keyvalue::KeyRequest { key: "session:1".into() })?;
/// let examined = resource::examine(keyvalue::CONTRACT, "Get", &request)?;
/// assert_eq!(examined.resources, ["session:1"]);
///
/// let twice = b"\x82\xa3key\xa1a\xa3key\xa1b";
/// assert!(resource::examine(keyvalue::CONTRACT, "Get", twice).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn examine(contract: &str, operation: &str, payload: &[u8]) -> Result<Examined, ExamineError> {
    let read = match contract {
        keyvalue::CONTRACT => of_keyvalue(operation),
        http::CLIENT_CONTRACT => of_http_client(operation),
        messaging::CONTRACT => of_messaging(operation),
        blobstore::CONTRACT => of_blobstore(operation),
        _ => None,
    };
    match read {
        Some(read) => read(payload),
        None => Err(ExamineError::Unknown {
            contract: contract.to_owned(),
            operation: operation.to_owned(),
        }),
    }
}

type Read = fn(&[u8]) -> Result<Examined, ExamineError>;

fn of_keyvalue(operation: &str) -> Option<Read> {
    use keyvalue::*;
    Some(match operation {
        OP_ADD => read::<AddRequest>,
        OP_GET | OP_DEL | OP_CLEAR | OP_SET_QUERY | OP_KEY_EXISTS => read::<KeyRequest>,
        OP_SET => read::<SetRequest>,
        OP_RANGE => read::<RangeRequest>,
        OP_PUSH | OP_LIST_ITEM_DELETE | OP_SET_ADD | OP_SET_REMOVE => read::<ItemRequest>,
        OP_SET_UNION | OP_SET_INTERSECTION => read::<KeysRequest>,
        _ => return None,
    })
}

fn of_http_client(operation: &str) -> Option<Read> {
    (operation == http::OP_PERFORM_REQUEST).then_some(read::<http::Request>)
}

fn of_messaging(operation: &str) -> Option<Read> {
    use messaging::*;
    Some(match operation {
        OP_PUBLISH => read::<BrokerMessage>,
        OP_REQUEST => read::<RequestMessage>,
        _ => return None,
    })
}

fn of_blobstore(operation: &str) -> Option<Read> {
    use blobstore::*;
    Some(match operation {
        OP_CREATE_CONTAINER | OP_REMOVE_CONTAINER | OP_LIST_OBJECTS => read::<Container>,
        OP_REMOVE_OBJECT | OP_GET_OBJECT_INFO => read::<Blob>,
        OP_START_UPLOAD | OP_UPLOAD_CHUNK => read::<FileChunk>,
        OP_START_DOWNLOAD => read::<StreamRequest>,
        _ => return None,
    })
}

fn read<M: About + DeserializeOwned + Serialize>(payload: &[u8]) -> Result<Examined, ExamineError> {
    codec::decode::<Strict>(payload)?;
    let mut message: M = codec::decode(payload)?;
    let resources = message.about().map_err(ExamineError::Doubtful)?;
    if resources.is_empty() {
        return Err(ExamineError::Doubtful("it names nothing that it is about"));
    }
    let payload = codec::encode(&message)?;
    Ok(Examined { resources, payload })
}

#[cfg(test)]
mod tests;
