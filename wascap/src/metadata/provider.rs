//! Capability providers in native libraries.

use super::Metadata;
use super::actor::check_capability;
use super::sealed::{Parent, Wire};
use crate::error::{SignError, TokenError};
use crate::hash::Hash;
use crate::json::Fields;
use crate::key::{KeyKind, PublicKey};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// The metadata of a capability provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProviderMetadata {
    /// The display name.
    pub name: Option<String>,
    /// The contract that the provider implements. Tools after 2021 omit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capid: Option<String>,
    /// The vendor.
    pub vendor: String,
    /// The revision, which grows with each release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rev: Option<i32>,
    /// The version for display, such as `1.2.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ver: Option<String>,
    /// The hash of the library for each target, such as `x86_64-linux`.
    pub target_hashes: BTreeMap<String, Hash>,
}

impl ProviderMetadata {
    /// Returns whether `bytes` are the signed library for `target`.
    #[must_use]
    pub fn covers(&self, target: &str, library: &[u8]) -> bool {
        self.target_hashes
            .get(target)
            .is_some_and(|hash| *hash == Hash::of(library))
    }
}

impl Metadata for ProviderMetadata {
    type Subject = PublicKey;
    const TOKEN: &'static str = "provider";
    const ISSUERS: &'static [KeyKind] = &[KeyKind::Account];
    const SUBJECTS: &'static [KeyKind] = &[KeyKind::Service];
}

impl Wire for ProviderMetadata {
    const PARENT: Parent = Parent::Account;

    fn read(fields: &mut Fields) -> Result<Self, TokenError> {
        Ok(Self {
            name: fields.optional_text("name")?,
            capid: fields.optional_text("capid")?,
            vendor: fields.text("vendor")?,
            rev: fields.optional_revision("rev")?,
            ver: fields.optional_text("ver")?,
            target_hashes: fields.object("target_hashes")?.parsed_map()?,
        })
    }

    fn check(&self) -> Result<(), SignError> {
        self.capid.as_deref().map_or(Ok(()), check_capability)
    }

    fn hashes(&self) -> Vec<Hash> {
        self.target_hashes.values().copied().collect()
    }
}
