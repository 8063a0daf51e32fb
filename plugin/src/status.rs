//! The outcomes of requests and of calls of actors, as numbers and texts.

use bytes::Bytes;
use capwire_provider::{ActorError, ProviderError, WorkEnded};
use std::time::Duration;

/// The number of a request that succeeded.
pub(crate) const OK: u32 = 0;
const BAD_CONFIGURATION: u32 = 1;
const NOT_BOUND: u32 = 2;
const UNKNOWN_OPERATION: u32 = 3;
const BAD_MESSAGE: u32 = 4;
pub(crate) const REFUSED: u32 = 5;
const UNAVAILABLE: u32 = 6;
const BUSY: u32 = 7;
const GIVEN_UP: u32 = 8;
pub(crate) const OVERSPENT: u32 = 9;

const ACTOR_BUSY: u32 = 1;
const ACTOR_UNAVAILABLE: u32 = 2;
const ACTOR_TIMEOUT: u32 = 3;
const ACTOR_STOPPED: u32 = 4;
const ACTOR_TOO_LONG: u32 = 5;
const ACTOR_UNREADABLE: u32 = 6;
const ACTOR_FAILED: u32 = 7;

/// The longest text of an error that a library may send, in bytes. The rest is cut off.
const LONGEST_TEXT: usize = 16 << 10;

/// Returns the number and the text of a provider's error.
pub(crate) fn of_error(error: &ProviderError) -> (u32, String) {
    let none = String::new;
    match error {
        ProviderError::Config { key, reason } => (BAD_CONFIGURATION, format!("{key}: {reason}")),
        ProviderError::NotBound => (NOT_BOUND, none()),
        ProviderError::UnknownOperation { .. } => (UNKNOWN_OPERATION, none()),
        ProviderError::BadMessage { reason, .. } => (BAD_MESSAGE, reason.clone()),
        ProviderError::Unavailable { what, .. } => (UNAVAILABLE, what.clone()),
        ProviderError::Busy(reason) => (BUSY, reason.clone()),
        ProviderError::Ended(WorkEnded::GivenUp) => (GIVEN_UP, none()),
        ProviderError::Ended(WorkEnded::Overspent) => (OVERSPENT, none()),
        other => (REFUSED, other.to_string()),
    }
}

/// Returns the outcome of a request about `operation`.
pub(crate) fn outcome(
    operation: &str,
    status: u32,
    message: Bytes,
) -> Result<Bytes, ProviderError> {
    let operation = || operation.to_owned();
    Err(match status {
        OK => return Ok(message),
        BAD_CONFIGURATION => {
            let text = text(&message);
            match text.split_once(": ") {
                Some((key, reason)) => ProviderError::config(key, reason),
                None => ProviderError::Refused(text),
            }
        }
        NOT_BOUND => ProviderError::NotBound,
        UNKNOWN_OPERATION => ProviderError::UnknownOperation {
            operation: operation(),
        },
        BAD_MESSAGE => ProviderError::BadMessage {
            operation: operation(),
            reason: text(&message),
        },
        UNAVAILABLE => ProviderError::Unavailable {
            what: text(&message),
            source: None,
        },
        BUSY => ProviderError::Busy(text(&message)),
        GIVEN_UP => WorkEnded::GivenUp.into(),
        OVERSPENT => WorkEnded::Overspent.into(),
        // Of a library that does not keep the contract, too: its message may mean anything.
        REFUSED => ProviderError::Refused(text(&message)),
        other => ProviderError::Refused(format!(
            "the provider failed with the unknown status {other}"
        )),
    })
}

/// Returns the number and the bytes of the outcome of a call of an actor.
pub(crate) fn of_actor(outcome: Result<Bytes, ActorError>) -> (u32, Bytes) {
    let milliseconds = |time: Duration| time.as_millis().to_string().into();
    match outcome {
        Ok(answer) => (OK, answer),
        Err(ActorError::Busy { retry_after }) => (ACTOR_BUSY, milliseconds(retry_after)),
        Err(ActorError::Unavailable { retry_after }) => {
            (ACTOR_UNAVAILABLE, milliseconds(retry_after))
        }
        Err(ActorError::Timeout) => (ACTOR_TIMEOUT, Bytes::new()),
        Err(ActorError::Stopped) => (ACTOR_STOPPED, Bytes::new()),
        Err(ActorError::TooLong { most }) => (ACTOR_TOO_LONG, most.to_string().into()),
        Err(ActorError::Unreadable(text)) => (ACTOR_UNREADABLE, text.into()),
        Err(ActorError::Failed(text) | ActorError::BadAnswer(text)) => (ACTOR_FAILED, text.into()),
        Err(other) => (ACTOR_FAILED, other.to_string().into()),
    }
}

/// Returns the outcome of a call of an actor.
pub(crate) fn actor_outcome(status: u32, message: Bytes) -> Result<Bytes, ActorError> {
    let retry_after = || Duration::from_millis(text(&message).parse().unwrap_or(1000));
    Err(match status {
        OK => return Ok(message),
        ACTOR_BUSY => ActorError::Busy {
            retry_after: retry_after(),
        },
        ACTOR_UNAVAILABLE => ActorError::Unavailable {
            retry_after: retry_after(),
        },
        ACTOR_TIMEOUT => ActorError::Timeout,
        ACTOR_STOPPED => ActorError::Stopped,
        ACTOR_TOO_LONG => ActorError::TooLong {
            most: text(&message).parse().unwrap_or(0),
        },
        ACTOR_UNREADABLE => ActorError::Unreadable(text(&message)),
        _ => ActorError::Failed(text(&message)),
    })
}

/// Returns the text of a library, cut off where it is too long for an error.
pub(crate) fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..LONGEST_TEXT).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).into_owned()
}
