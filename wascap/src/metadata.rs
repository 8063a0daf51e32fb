//! The metadata of each type of token.
//!
//! A token does not name its type. The reader chooses the type, and the kinds of the keys must
//! match it.

mod actor;
mod authority;
mod invocation;
mod provider;

pub use actor::ActorMetadata;
pub use authority::{AccountMetadata, ClusterMetadata, OperatorMetadata};
pub use invocation::{InvocationId, InvocationIdError, InvocationMetadata};
pub use provider::ProviderMetadata;

use crate::claims::Claims;
use crate::key::{KeyKind, PublicKey};
use core::fmt;
use sealed::Name;
pub(crate) use sealed::{Authority, Parent, Wire};

/// The claims of an actor, in a signed module.
pub type ActorClaims = Claims<ActorMetadata>;
/// The claims of a capability provider.
pub type ProviderClaims = Claims<ProviderMetadata>;
/// The claims of an account.
pub type AccountClaims = Claims<AccountMetadata>;
/// The claims of an operator.
pub type OperatorClaims = Claims<OperatorMetadata>;
/// The claims of a cluster of hosts.
pub type ClusterClaims = Claims<ClusterMetadata>;
/// The claims of one invocation between hosts.
pub type InvocationClaims = Claims<InvocationMetadata>;

/// The metadata of one type of token. Only types of this crate implement it.
pub trait Metadata: Wire + fmt::Debug + Clone + PartialEq + Eq {
    /// The type of the subject.
    type Subject: Subject;
    /// The name of the token's type.
    const TOKEN: &'static str;
    /// The kinds of keys that issue such tokens.
    const ISSUERS: &'static [KeyKind];
    /// The kinds of keys that can be the subject; empty if the subject is not a key.
    const SUBJECTS: &'static [KeyKind];
}

/// The metadata of tokens that have a meaning without a module. An actor's token does not: it
/// describes its module, so it is verified together with the module.
pub trait Standalone: Metadata {}

impl Standalone for ProviderMetadata {}
impl Standalone for AccountMetadata {}
impl Standalone for OperatorMetadata {}
impl Standalone for ClusterMetadata {}
impl Standalone for InvocationMetadata {}

/// The subject of a token.
pub trait Subject: Name + fmt::Debug + Clone + PartialEq + Eq {
    /// Returns the key, if the subject is a key.
    fn key(&self) -> Option<PublicKey>;
}

impl Subject for PublicKey {
    fn key(&self) -> Option<PublicKey> {
        Some(*self)
    }
}

impl Subject for InvocationId {
    fn key(&self) -> Option<PublicKey> {
        None
    }
}

pub(crate) mod sealed {
    use crate::error::{SignError, TokenError};
    use crate::hash::Hash;
    use crate::json::Fields;
    use crate::key::PublicKey;
    use alloc::vec::Vec;
    use core::fmt::Display;
    use core::str::FromStr;
    use serde::Serialize;

    /// The kind of authority above the issuer of a token.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Parent {
        None,
        Account,
        Operator,
    }

    pub trait Wire: Sized + Serialize {
        const PARENT: Parent;
        /// The `typ` of the token's header.
        const TYP: &'static str = "jwt";
        /// The most bytes that a token may have, so that a hostile file cannot make its reader
        /// parse more.
        const MAX_BYTES: usize = 64 * 1024;

        /// Reads the members of this type.
        fn read(fields: &mut Fields) -> Result<Self, TokenError>;

        /// Rejects metadata that readers would misunderstand, before it is signed.
        fn check(&self) -> Result<(), SignError>;

        /// Returns the hashes of the code that the token describes.
        fn hashes(&self) -> Vec<Hash> {
            Vec::new()
        }
    }

    /// The metadata of keys that vouch for others.
    pub(crate) trait Authority: super::Metadata<Subject = PublicKey> {
        fn name(&self) -> Option<&str>;
        fn valid_signers(&self) -> &[PublicKey];
    }

    pub trait Name: Serialize + Display + FromStr<Err: Display> {}

    impl Name for crate::key::PublicKey {}
    impl Name for super::InvocationId {}
}
