//! The providers that come with this binary.

mod table;

use crate::data::DataDir;
use crate::error::Error;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::provider::{Config, HandOver, Key, Provider, ProviderError};
use capwire::{ActorOptions, BindingName, ContractId};
use std::net::SocketAddr;
use std::sync::Arc;
use table::BUILTINS;

/// A provider that comes with this binary.
#[derive(Debug)]
pub(crate) struct Builtin {
    /// Its name in manifests.
    pub(crate) name: &'static str,
    /// The contract that it serves.
    pub(crate) contract: &'static str,
    /// `true` if a binding makes the actor reachable for clients.
    pub(crate) opens_actors: bool,
    /// The keys that its bindings configure.
    pub(crate) keys: &'static [&'static str],
    /// Descriptions of the keys, for editors; empty if there are none.
    described: &'static [Key],
    /// Those of `keys` whose values are names of files with commas between them, or PEM.
    pub(crate) files: &'static [&'static str],
    /// The subdirectory of the data directory in which the provider stores data.
    pub(crate) keeps: Option<&'static str>,
    /// The way in which it is replaced.
    pub(crate) hand_over: HandOver,
    check: Check,
    /// Checks that two bindings can share an address. Without it, none can.
    together: Option<Together>,
    describe: fn() -> CapabilityDescriptor,
    open: Open,
}

/// The options with which providers are opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The directory of their data.
    pub(crate) data: DataDir,
    /// `true` if clients may see how actors fail.
    pub(crate) dev: bool,
}

/// Returns where the binding of an actor with these options will listen. Without options, the actor
/// is wrong itself.
type Check = fn(&Config, Option<&ActorOptions>) -> Result<Option<SocketAddr>, ProviderError>;

/// Refuses two configurations with which bindings cannot listen on one address.
type Together = fn(&Config, &Config) -> Result<(), ProviderError>;

type Open = fn(&BindingName, &Opening) -> Result<Arc<dyn Provider>, Error>;

impl Builtin {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        BUILTINS.iter().find(|builtin| builtin.name == name)
    }

    /// Returns the provider of `contract` where a manifest names none.
    pub(crate) fn default_of(contract: &ContractId) -> Option<&'static Self> {
        let serves = |builtin: &&Self| builtin.contract == contract.as_str();
        BUILTINS.iter().find(serves)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        BUILTINS.iter().map(|builtin| builtin.name)
    }

    /// Returns the contracts of the built-in providers, each once.
    pub(crate) fn contracts() -> impl Iterator<Item = &'static str> {
        let is_default = |builtin: &&Self| {
            let serves = |other: &&Self| other.contract == builtin.contract;
            BUILTINS.iter().find(serves).map(|first| first.name) == Some(builtin.name)
        };
        let defaults = BUILTINS.iter().filter(is_default);
        defaults.map(|builtin| builtin.contract)
    }

    /// Returns all built-in providers.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        BUILTINS.iter()
    }

    /// Returns the keys of its bindings, each with its description, or with an empty text if it has
    /// none.
    pub(crate) fn described(&self) -> impl Iterator<Item = (&'static str, String)> {
        let (keys, described) = (self.keys, self.described);
        keys.iter().map(move |name| {
            let key = described.iter().find(|key| key.name == *name);
            let about = key.map(|key| format!("{} Default: {}.", key.about, key.default));
            (*name, about.unwrap_or_default())
        })
    }

    /// Checks the configuration of a binding of an actor with these options, and returns the address
    /// on which it would listen.
    pub(crate) fn check(
        &self,
        config: &Config,
        actor: Option<&ActorOptions>,
    ) -> Result<Option<SocketAddr>, ProviderError> {
        (self.check)(config, actor)
    }

    /// Returns its description, without opening it.
    pub(crate) fn descriptor(&self) -> CapabilityDescriptor {
        (self.describe)()
    }

    /// Checks that two bindings to one provider of this kind can listen on one address. Returns `None`
    /// if bindings never can.
    pub(crate) fn check_together(
        &self,
        first: &Config,
        second: &Config,
    ) -> Option<Result<(), ProviderError>> {
        self.together.map(|check| check(first, second))
    }

    /// Opens the provider, so that actors can be bound to it. Blocks.
    pub(crate) fn open(
        &self,
        name: &BindingName,
        opening: &Opening,
    ) -> Result<Arc<dyn Provider>, Error> {
        (self.open)(name, opening)
    }
}
