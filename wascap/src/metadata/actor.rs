//! Actors: WebAssembly modules with an identity.

use super::Metadata;
use super::sealed::{Parent, Wire};
use crate::error::{SignError, TokenError};
use crate::hash::Hash;
use crate::json::Fields;
use crate::key::{KeyKind, PublicKey};
use crate::narrow::{self, Grant, Rule};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// The metadata of an actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ActorMetadata {
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The hash of the module without its token section.
    pub hash: Hash,
    /// Labels of any content.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The capabilities that the actor may use, by contract (`wascc:keyvalue`), and the actors that
    /// it may call, by public key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<String>,
    /// The rules for each of `caps` that is not granted completely. Use [`grant`](Self::grant) to
    /// decide.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub narrow: BTreeMap<String, Vec<Rule>>,
    /// The revision, which grows with each release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rev: Option<i32>,
    /// The version for display, such as `1.2.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ver: Option<String>,
    /// The alias by which the actor can be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_alias: Option<String>,
    /// True if the module is a capability provider.
    pub prov: bool,
}

impl ActorMetadata {
    /// Returns the grant of `capability`, spelt as in `caps`, or `None` if it is not granted.
    #[must_use]
    pub fn grant(&self, capability: &str) -> Option<Grant<'_>> {
        Grant::new(&self.caps, &self.narrow, capability)
    }

    /// Returns the same metadata with each capability under the one name that `canonical` returns for
    /// all its names. The rules for one name of a capability hold for all of them.
    ///
    /// Hosts that know several names of a capability decide by the canonical metadata. Otherwise, a
    /// name without rules would grant what the rules for another name deny.
    #[must_use]
    pub fn canonical(&self, canonical: impl for<'t> Fn(&'t str) -> &'t str) -> Self {
        let mut caps: Vec<String> = Vec::with_capacity(self.caps.len());
        for id in &self.caps {
            let id = canonical(id);
            if !caps.iter().any(|known| known == id) {
                caps.push(id.into());
            }
        }
        let mut narrow: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
        for (id, rules) in &self.narrow {
            let known = narrow.entry(canonical(id).into()).or_default();
            known.extend_from_slice(rules);
        }
        Self {
            caps,
            narrow,
            ..self.clone()
        }
    }

    pub(crate) const fn new() -> Self {
        Self {
            name: None,
            hash: Hash::new([0; 32]),
            tags: Vec::new(),
            caps: Vec::new(),
            narrow: BTreeMap::new(),
            rev: None,
            ver: None,
            call_alias: None,
            prov: false,
        }
    }
}

impl Metadata for ActorMetadata {
    type Subject = PublicKey;
    const TOKEN: &'static str = "actor";
    const ISSUERS: &'static [KeyKind] = &[KeyKind::Account];
    const SUBJECTS: &'static [KeyKind] = &[KeyKind::Module];
}

impl Wire for ActorMetadata {
    const PARENT: Parent = Parent::Account;

    fn read(fields: &mut Fields) -> Result<Self, TokenError> {
        let caps = fields.texts("caps")?;
        let narrow = narrow::read(fields)?;
        if let Some(id) = narrow::unclaimed(&caps, &narrow) {
            return Err(fields.wrong(&format!("narrow.{id}"), "one of the claimed capabilities"));
        }
        Ok(Self {
            name: fields.optional_text("name")?,
            hash: fields.parsed("hash")?,
            tags: fields.texts("tags")?,
            caps,
            narrow,
            rev: fields.optional_revision("rev")?,
            ver: fields.optional_text("ver")?,
            call_alias: fields.optional_text("call_alias")?,
            prov: fields.flag("prov")?,
        })
    }

    fn check(&self) -> Result<(), SignError> {
        self.caps.iter().try_for_each(|id| check_capability(id))?;
        narrow::check(&self.caps, &self.narrow)
    }

    fn hashes(&self) -> Vec<Hash> {
        vec![self.hash]
    }
}

/// Rejects identifiers that only look like others: hosts compare identifiers byte by byte.
pub(super) fn check_capability(id: &str) -> Result<(), SignError> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(SignError::Claim {
        what: "capability",
        value: id.into(),
        expected: "a contract such as `wascc:keyvalue` or a public key, in printable ASCII without spaces",
    })
}
