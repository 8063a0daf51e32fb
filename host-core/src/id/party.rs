//! The two parties of a call: its origin and its target.

use super::{ActorId, BindingName, ContractId, ProviderId};
use std::fmt;

/// The origin of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The program that owns the [`Host`](crate::Host).
    Host,
    /// A provider, through a binding of the actor that it calls.
    Provider(ProviderId),
    /// An actor.
    Actor(ActorId),
}

/// The target of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// An actor.
    Actor(ActorId),
    /// A capability, through a binding of the caller.
    Capability(ProviderId),
}

impl Target {
    /// Returns the capability `contract` through the binding `name`.
    pub(crate) fn capability(contract: ContractId, name: BindingName) -> Self {
        Self::Capability(ProviderId { contract, name })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("the host"),
            Self::Provider(id) => fmt::Display::fmt(id, f),
            Self::Actor(id) => fmt::Display::fmt(id, f),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Actor(id) => fmt::Display::fmt(id, f),
            Self::Capability(id) => fmt::Display::fmt(id, f),
        }
    }
}
