//! Values, as messages of a bucket's stream.

use crate::clock::Moment;
use crate::failure::{Failure, Refusal};
use async_nats::HeaderMap;
use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use std::collections::BTreeSet;
use std::time::Duration;

/// The header with the type of a value that is no string.
const TYPE: &str = "Capwire-Type";
const LIST: &str = "list";
const SET: &str = "set";
/// The header with the time of expiry, in milliseconds since 1970.
const EXPIRES: &str = "Capwire-Expires";
/// The header of messages that say that a key has no value.
const OPERATION: &str = "KV-Operation";
const PURGE: &str = "PURGE";
/// The header of the markers that the server itself leaves.
const MARKER: &str = "Nats-Marker-Reason";

/// The time for which the server keeps the message that a key was removed, for those who watch the bucket.
const MARKED: Duration = Duration::from_secs(60);

/// The time after the expiry when the server removes a value. Until then it counts as absent, so that hosts whose clocks
/// differ a little from the server's are right.
const SLACK: u64 = 60;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    /// From the head to the tail.
    List(Vec<String>),
    Set(BTreeSet<String>),
}

/// A value, and when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) value: Value,
    pub(crate) expires: Option<Moment>,
}

/// The content of a key.
#[derive(Debug)]
pub(crate) struct Found {
    /// The number of the last message, or 0 if there is none.
    pub(crate) sequence: u64,
    pub(crate) entry: Option<Entry>,
    /// Bytes of the message.
    pub(crate) bytes: usize,
}

impl Found {
    pub(crate) const NOTHING: Self = Self {
        sequence: 0,
        entry: None,
        bytes: 0,
    };

    /// Reads a message. A value that has expired at the time `now` is absent.
    pub(crate) fn read(message: StreamMessage, now: Moment) -> Result<Self, Failure> {
        let headers = &message.headers;
        let is_gone = headers.get(OPERATION).is_some() || headers.get(MARKER).is_some();
        let expires = expiry(headers)?;
        let is_over = expires.is_some_and(|expires| expires <= now);
        let (sequence, bytes) = (message.sequence, message.payload.len());
        let entry = match is_gone || is_over {
            true => None,
            false => Some(Entry {
                value: value(headers, message.payload.into())?,
                expires,
            }),
        };
        Ok(Self {
            sequence,
            entry,
            bytes,
        })
    }
}

fn expiry(headers: &HeaderMap) -> Result<Option<Moment>, Failure> {
    let text = headers.get(EXPIRES).map(|value| value.as_str().parse());
    let millis = text.transpose().map_err(|_| Failure::NotOurs)?;
    Ok(millis.map(Moment))
}

fn value(headers: &HeaderMap, bytes: Vec<u8>) -> Result<Value, Failure> {
    match headers.get(TYPE).map(|kind| kind.as_str()) {
        None => {
            let text = String::from_utf8(bytes).map_err(|_| Refusal::NotText)?;
            Ok(Value::Text(text))
        }
        Some(LIST) => Ok(Value::List(json(&bytes)?)),
        Some(SET) => Ok(Value::Set(json(&bytes)?)),
        Some(_) => Err(Failure::NotOurs),
    }
}

fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|_| Failure::NotOurs)
}

impl Entry {
    /// Returns the message that stores the entry. `ends` is true if the server can end messages by itself.
    pub(crate) fn message(&self, now: Moment, ends: bool) -> Result<PublishMessage, Failure> {
        let message = PublishMessage::build();
        let message = match &self.value {
            Value::Text(text) => message.payload(text.clone().into()),
            Value::List(items) => message.header(TYPE, LIST).payload(written(items)?.into()),
            Value::Set(members) => message.header(TYPE, SET).payload(written(members)?.into()),
        };
        let Some(expires) = self.expires else {
            return Ok(message);
        };
        let message = message.header(EXPIRES, expires.0.to_string().as_str());
        let left = expires.0.saturating_sub(now.0).div_ceil(1000) + SLACK;
        Ok(match ends {
            true => message.ttl(Duration::from_secs(left)),
            false => message,
        })
    }
}

/// Returns the members of a set. No value is an empty one.
pub(crate) fn set(value: Option<Value>) -> Result<BTreeSet<String>, Failure> {
    match value {
        None => Ok(BTreeSet::new()),
        Some(Value::Set(members)) => Ok(members),
        Some(Value::Text(_) | Value::List(_)) => Err(Refusal::WrongType.into()),
    }
}

/// Returns the message that a key has no value any more.
pub(crate) fn removal(ends: bool) -> PublishMessage {
    let message = PublishMessage::build().header(OPERATION, PURGE);
    match ends {
        true => message.ttl(MARKED),
        false => message,
    }
}

fn written(value: &impl serde::Serialize) -> Result<Vec<u8>, Failure> {
    // Text can always be written.
    serde_json::to_vec(value).map_err(|_| Failure::NotOurs)
}
