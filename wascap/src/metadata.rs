//! What each type of token says beyond the claims that all share.
//!
//! A token does not say of which type it is: the reader decides, and the kinds of its keys must
//! agree.

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

/// Claims of an actor: what a signed module carries.
pub type ActorClaims = Claims<ActorMetadata>;
/// Claims of a capability provider.
pub type ProviderClaims = Claims<ProviderMetadata>;
/// Claims of an account.
pub type AccountClaims = Claims<AccountMetadata>;
/// Claims of an operator.
pub type OperatorClaims = Claims<OperatorMetadata>;
/// Claims of a cluster of hosts.
pub type ClusterClaims = Claims<ClusterMetadata>;
/// Claims of one invocation between hosts.
pub type InvocationClaims = Claims<InvocationMetadata>;

/// The metadata of one type of token. The types are those of this crate.
pub trait Metadata: Wire + fmt::Debug + Clone + PartialEq + Eq {
    /// What such a token is about.
    type Subject: Subject;
    /// The name of the type.
    const TOKEN: &'static str;
    /// The kinds of keys that issue such tokens.
    const ISSUERS: &'static [KeyKind];
    /// The kinds of keys that such tokens are about; none if they are not about keys.
    const SUBJECTS: &'static [KeyKind];
}

/// The metadata of tokens that mean something alone. An actor's token does not: it says what its
/// module may do, so it is verified with the module.
pub trait Standalone: Metadata {}

impl Standalone for ProviderMetadata {}
impl Standalone for AccountMetadata {}
impl Standalone for OperatorMetadata {}
impl Standalone for ClusterMetadata {}
impl Standalone for InvocationMetadata {}

/// What a token can be about.
pub trait Subject: Name + fmt::Debug + Clone + PartialEq + Eq {
    /// The key, if it is one.
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

    /// Who stands above the issuer of a token.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Parent {
        None,
        Account,
        Operator,
    }

    pub trait Wire: Sized + Serialize {
        const PARENT: Parent;
        /// The `typ` of the header.
        const TYP: &'static str = "jwt";
        /// Bytes that a token may have: a hostile file cannot make its reader parse more.
        const MAX_BYTES: usize = 64 * 1024;

        /// Takes the members that this type knows.
        fn read(fields: &mut Fields) -> Result<Self, TokenError>;

        /// Refuses to sign what would not mean what it seems to.
        fn check(&self) -> Result<(), SignError>;

        /// The code that the token is about.
        fn hashes(&self) -> Vec<Hash> {
            Vec::new()
        }
    }

    /// Metadata of those who vouch for others.
    pub(crate) trait Authority: super::Metadata<Subject = PublicKey> {
        fn name(&self) -> Option<&str>;
        fn valid_signers(&self) -> &[PublicKey];
    }

    pub trait Name: Serialize + Display + FromStr<Err: Display> {}

    impl Name for crate::key::PublicKey {}
    impl Name for super::InvocationId {}
}
