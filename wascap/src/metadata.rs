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
use sealed::{Name, Wire};

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
    /// The kind of the key, if it is one.
    fn kind(&self) -> Option<KeyKind>;
}

impl Subject for PublicKey {
    fn kind(&self) -> Option<KeyKind> {
        Some(PublicKey::kind(self))
    }
}

impl Subject for InvocationId {
    fn kind(&self) -> Option<KeyKind> {
        None
    }
}

pub(crate) mod sealed {
    use crate::error::{SignError, TokenError};
    use crate::json::Fields;
    use core::fmt::Display;
    use core::str::FromStr;
    use serde::Serialize;

    pub trait Wire: Sized + Serialize {
        /// Takes the members that this type knows.
        fn read(fields: &mut Fields) -> Result<Self, TokenError>;

        /// Refuses to sign what would not mean what it seems to.
        fn check(&self) -> Result<(), SignError>;
    }

    pub trait Name: Serialize + Display + FromStr<Err: Display> {}

    impl Name for crate::key::PublicKey {}
    impl Name for super::InvocationId {}
}
