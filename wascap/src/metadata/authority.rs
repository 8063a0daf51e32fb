//! Operators, accounts and clusters, which sign tokens.

use super::Metadata;
use super::sealed::{Authority, Parent, Wire};
use crate::error::{SignError, TokenError, WrongKind};
use crate::json::Fields;
use crate::key::{KeyKind, PublicKey};
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// The metadata of an account, which signs actors and providers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountMetadata {
    /// The display name.
    pub name: Option<String>,
    /// Other keys that may sign for this account.
    pub valid_signers: Vec<PublicKey>,
}

/// The metadata of an operator, which signs accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OperatorMetadata {
    /// The display name.
    pub name: Option<String>,
    /// Other keys that may sign for this operator.
    pub valid_signers: Vec<PublicKey>,
}

/// The metadata of a cluster, which signs for its hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClusterMetadata {
    /// The display name.
    pub name: Option<String>,
    /// Other keys that may sign for this cluster.
    pub valid_signers: Vec<PublicKey>,
}

impl Metadata for AccountMetadata {
    type Subject = PublicKey;
    const TOKEN: &'static str = "account";
    const ISSUERS: &'static [KeyKind] = &[KeyKind::Operator];
    const SUBJECTS: &'static [KeyKind] = &[KeyKind::Account];
}

impl Metadata for OperatorMetadata {
    type Subject = PublicKey;
    const TOKEN: &'static str = "operator";
    const ISSUERS: &'static [KeyKind] = &[KeyKind::Operator];
    const SUBJECTS: &'static [KeyKind] = &[KeyKind::Operator];
}

impl Metadata for ClusterMetadata {
    type Subject = PublicKey;
    const TOKEN: &'static str = "cluster";
    const ISSUERS: &'static [KeyKind] = &[KeyKind::Operator, KeyKind::Cluster];
    const SUBJECTS: &'static [KeyKind] = &[KeyKind::Cluster];
}

macro_rules! wire {
    ($type:ident) => {
        impl Authority for $type {
            fn name(&self) -> Option<&str> {
                self.name.as_deref()
            }

            fn valid_signers(&self) -> &[PublicKey] {
                &self.valid_signers
            }
        }

        impl Wire for $type {
            const PARENT: Parent = Parent::Operator;

            fn read(fields: &mut Fields) -> Result<Self, TokenError> {
                Ok(Self {
                    name: fields.optional_text("name")?,
                    valid_signers: fields.all_parsed("valid_signers")?,
                })
            }

            fn check(&self) -> Result<(), SignError> {
                check_signers::<Self>(&self.valid_signers)
            }
        }
    };
}

wire!(AccountMetadata);
wire!(OperatorMetadata);
wire!(ClusterMetadata);

/// Rejects signers of another kind than the key that they sign for: nobody could use them.
fn check_signers<M: Metadata>(signers: &[PublicKey]) -> Result<(), SignError> {
    let wrong = signers
        .iter()
        .map(PublicKey::kind)
        .find(|kind| !M::SUBJECTS.contains(kind));
    wrong.map_or(Ok(()), |found| {
        let (token, claim, expected) = (M::TOKEN, "valid_signers", M::SUBJECTS);
        Err(SignError::SubjectKind(WrongKind {
            token,
            claim,
            found,
            expected,
        }))
    })
}
