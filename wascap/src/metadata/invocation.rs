//! Invocations that hosts send to each other.

use super::Metadata;
use super::sealed::{Parent, Wire};
use crate::error::{SignError, TokenError};
use crate::hash::Hash;
use crate::json::Fields;
use crate::key::KeyKind;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;
use serde::{Serialize, Serializer};

/// The metadata of one invocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InvocationMetadata {
    /// The URL of the target, with the operation.
    pub target_url: String,
    /// The URL of the caller.
    pub origin_url: String,
    /// The hash of origin, target and payload, concatenated.
    pub hash: Hash,
}

impl InvocationMetadata {
    /// Returns the metadata of an invocation with this payload.
    #[must_use]
    pub fn new(origin_url: &str, target_url: &str, payload: &[u8]) -> Self {
        Self {
            target_url: target_url.into(),
            origin_url: origin_url.into(),
            hash: hash(origin_url, target_url, payload),
        }
    }

    /// Returns whether the hash covers this payload.
    #[must_use]
    pub fn covers(&self, payload: &[u8]) -> bool {
        hash(&self.origin_url, &self.target_url, payload) == self.hash
    }
}

impl Metadata for InvocationMetadata {
    type Subject = InvocationId;
    const TOKEN: &'static str = "invocation";
    const ISSUERS: &'static [KeyKind] = &[KeyKind::Server, KeyKind::Cluster];
    const SUBJECTS: &'static [KeyKind] = &[];
}

impl Wire for InvocationMetadata {
    const PARENT: Parent = Parent::None;

    fn read(fields: &mut Fields) -> Result<Self, TokenError> {
        Ok(Self {
            target_url: fields.text("target_url")?,
            origin_url: fields.text("origin_url")?,
            hash: fields.parsed("hash")?,
        })
    }

    fn check(&self) -> Result<(), SignError> {
        Ok(())
    }
}

fn hash(origin_url: &str, target_url: &str, payload: &[u8]) -> Hash {
    Hash::of_all(&[origin_url.as_bytes(), target_url.as_bytes(), payload])
}

/// The id of one invocation: a UUID in lower case with hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvocationId(String);

impl InvocationId {
    /// Returns the text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for InvocationId {
    type Err = InvocationIdError;

    fn from_str(text: &str) -> Result<Self, InvocationIdError> {
        let groups = text.split('-').map(str::len);
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        if groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(digit) {
            return Ok(Self(text.into()));
        }
        Err(InvocationIdError)
    }
}

impl Serialize for InvocationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The text is not an [`InvocationId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not an invocation id: expected a UUID in lower case with hyphens")]
pub struct InvocationIdError;
