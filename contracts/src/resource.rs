//! The resources of a message: its keys, host, subject, container or stream.
//!
//! Claims can narrow a capability to resources. A host that enforces such claims must check the
//! resource that the provider will use, and not one that another decoder would find in the same
//! bytes. So [`examine`] decodes a message once and strictly. It returns the message's resources
//! and its canonical encoding, which the provider gets.
//!
//! | contract | resources | operations |
//! |---|---|---|
//! | `wascc:keyvalue` | keys | all |
//! | `wascc:http_client` | the host of the URL, and of a `host` header | all |
//! | `wascc:messaging` | the subject, and the reply subject | calls from actors |
//! | `wascc:blobstore` | the container | calls from actors |
//! | `wascc:eventstreams` | the stream | calls from actors |
//!
//! # Operations within operations
//! `PerformRequest` of `wascc:http_client` does different things by the method of its request. So
//! each method, such as `GET`, is an operation [`within`] it, which claims can name in its
//! place.
//!
//! # Form of resources
//! Keys, subjects, containers and streams equal those in the message, byte for byte. A subject or a
//! stream contains no white space or control characters. A container contains no `/`, `\` or control characters, and
//! is neither `.` nor `..`. Other messages are refused, because a server could interpret them
//! differently.
//!
//! A host is in lower case, and an address in its canonical form (`127.0.0.1`, `[::1]`). A port
//! follows (`example.com:8080`) unless it is the scheme's default. The URL has the scheme `http` or
//! `https` and no user, and consists of printable ASCII without `\`. A host consists of letters,
//! digits, `-`, `_` and `.`, and does not end with a dot.
//!
//! # Other contracts
//! The provider of another contract declares the members of its messages that name resources. See
//! [`Operation::with_resources`](crate::core::Operation::with_resources) and [`examine_declared`].

mod about;
mod declared;
mod strict;

use crate::codec::{self, DecodeError, EncodeError};
use crate::{blobstore, eventstreams, http, keyvalue, messaging};
use about::About;
use declared::Declared;
use serde::Serialize;
use serde::de::DeserializeOwned;
use strict::Strict;

/// A strictly decoded message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examined {
    /// All resources of the message; never empty.
    pub resources: Vec<String>,
    /// The canonical encoding, which replaces the original bytes.
    pub payload: Vec<u8>,
    /// The operation [`within`] the called one that the message asks for, if there is one.
    pub operation: Option<String>,
}

/// The reason why the resources of a message are unknown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExamineError {
    /// The operation has no known resources.
    #[error("the resources of {operation} of {contract} are not known")]
    Unknown {
        /// The contract.
        contract: String,
        /// The operation.
        operation: String,
    },
    /// The bytes are not the message, or not in the only unambiguous form: a map without duplicate
    /// members.
    #[error("the message is ambiguous: {0}")]
    Decode(#[from] DecodeError),
    /// A resource has a form that servers may interpret differently.
    #[error("the message is ambiguous: {0}")]
    Doubtful(&'static str),
    /// The message cannot be encoded again.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Returns the name of the contract's resources, or `None` if its messages cannot be examined.
/// `contract` is a [canonical](crate::canonical_contract) name.
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
        eventstreams::CONTRACT => Some("streams"),
        _ => None,
    }
}

/// Returns the operation of `contract` that `operation` is a part of, if there is one: a method of
/// HTTP is a part of `PerformRequest`. `contract` is a [canonical](crate::canonical_contract) name.
///
/// ```
/// use capwire_contracts::{http, resource};
///
/// let whole = resource::within(http::CLIENT_CONTRACT, "GET");
/// assert_eq!(whole, Some("PerformRequest"));
/// assert_eq!(resource::within(http::CLIENT_CONTRACT, "PerformRequest"), None);
/// ```
#[must_use]
pub fn within(contract: &str, operation: &str) -> Option<&'static str> {
    let is_method = contract == http::CLIENT_CONTRACT && http::is_method(operation);
    is_method.then_some(http::OP_PERFORM_REQUEST)
}

/// Decodes a request of an actor to a provider of `contract`, and returns its resources.
///
/// # Errors
/// Returns [`ExamineError`] if the message is ambiguous. The caller must then refuse the call.
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
        eventstreams::CONTRACT => of_eventstreams(operation),
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

/// Decodes a message of a contract that this crate does not know, and returns the resources in its
/// `declared` [members](crate::core::Operation::with_resources): each a text or an array of texts. A
/// declared member that is absent or nil names no resource.
///
/// # Errors
/// Returns [`ExamineError`] if the message is not one map without duplicate members, names no
/// resource, or has a declared member of another type. The caller must then refuse the call.
///
/// ```
/// use capwire_contracts::resource;
///
/// let declared = ["to".to_owned(), "cc".to_owned()];
/// let mail = b"\x83\xa2to\xa3ann\xa2cc\x91\xa3bob\xa4text\xa5hello";
/// let examined = resource::examine_declared(&declared, mail)?;
/// assert_eq!(examined.resources, ["ann", "bob"]);
/// assert!(resource::examine_declared(&declared, b"\x81\xa2to\x07").is_err());
/// # Ok::<(), resource::ExamineError>(())
/// ```
pub fn examine_declared(declared: &[String], payload: &[u8]) -> Result<Examined, ExamineError> {
    let resources = codec::decode_whole(Declared { declared }, payload)?;
    match resources.is_empty() {
        true => Err(ExamineError::Doubtful("it names no resource")),
        // Every decoder reads it in the same way.
        false => Ok(Examined {
            resources,
            payload: payload.to_vec(),
            operation: None,
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
        OP_READ_RANGE => read::<ReadRequest>,
        _ => return None,
    })
}

fn of_eventstreams(operation: &str) -> Option<Read> {
    use eventstreams::*;
    Some(match operation {
        OP_WRITE_EVENT => read::<Event>,
        OP_QUERY_STREAM => read::<StreamQuery>,
        OP_READ_STREAM => read::<StreamRead>,
        _ => return None,
    })
}

fn read<M: About + DeserializeOwned + Serialize>(payload: &[u8]) -> Result<Examined, ExamineError> {
    codec::decode::<Strict>(payload)?;
    let mut message: M = codec::decode(payload)?;
    let resources = message.about().map_err(ExamineError::Doubtful)?;
    if resources.is_empty() {
        return Err(ExamineError::Doubtful("it names no resource"));
    }
    let operation = message.operation().map_err(ExamineError::Doubtful)?;
    let payload = codec::encode(&message)?;
    Ok(Examined {
        resources,
        payload,
        operation,
    })
}

#[cfg(test)]
mod tests;
