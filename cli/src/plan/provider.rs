//! A provider that a plan uses: a built-in one, or a library.

use super::builtin::{Builtin, Opening};
#[cfg(all(feature = "plugins", target_os = "linux"))]
use super::plugin::PluginFile;
use crate::error::Error;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::provider::{Config, HandOver, Provider, ProviderError};
use capwire::{ActorOptions, BindingName};
use std::net::SocketAddr;
use std::sync::Arc;

/// A provider that a plan uses.
#[derive(Clone, Debug)]
pub(crate) enum PlannedProvider {
    /// One that comes with this binary.
    Builtin(&'static Builtin),
    /// One from a shared library.
    #[cfg(all(feature = "plugins", target_os = "linux"))]
    Plugin(Arc<PluginFile>),
}

impl PlannedProvider {
    /// Returns its name, for people.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Builtin(builtin) => builtin.name,
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(plugin) => plugin.name(),
        }
    }

    /// Returns `true` if both are one provider, with the same code.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Builtin(one), Self::Builtin(other)) => std::ptr::eq(*one, *other),
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            (Self::Plugin(one), Self::Plugin(other)) => one.is_same(other),
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            _ => false,
        }
    }

    /// Returns the contract that it serves.
    pub(crate) fn contract(&self) -> &str {
        match self {
            Self::Builtin(builtin) => builtin.contract,
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(plugin) => plugin.contract(),
        }
    }

    /// Returns `true` if a binding makes the actor reachable for clients.
    pub(crate) fn opens_actors(&self) -> bool {
        match self {
            Self::Builtin(builtin) => builtin.opens_actors,
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(plugin) => plugin.opens_actors(),
        }
    }

    /// Returns the keys that its bindings configure, or `None` if only the provider knows them.
    pub(crate) fn keys(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Builtin(builtin) => Some(builtin.keys),
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(_) => None,
        }
    }

    /// Returns the keys whose values are names of files with commas between them, or PEM.
    pub(crate) fn files(&self) -> &'static [&'static str] {
        match self {
            Self::Builtin(builtin) => builtin.files,
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(_) => &[],
        }
    }

    /// Returns the subdirectory of the data directory in which it stores data.
    pub(crate) fn keeps(&self) -> Option<&'static str> {
        match self {
            Self::Builtin(builtin) => builtin.keeps,
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(_) => None,
        }
    }

    /// Checks the configuration of a binding of an actor with these options, and returns the address
    /// on which it would listen, if that is known.
    pub(crate) fn check(
        &self,
        config: &Config,
        actor: Option<&ActorOptions>,
    ) -> Result<Option<SocketAddr>, ProviderError> {
        match self {
            Self::Builtin(builtin) => builtin.check(config, actor),
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(_) => Ok(None),
        }
    }

    /// Checks that two bindings to it can listen on one address. Returns `None` if bindings never can.
    pub(crate) fn check_together(
        &self,
        first: &Config,
        second: &Config,
    ) -> Option<Result<(), ProviderError>> {
        match self {
            Self::Builtin(builtin) => builtin.check_together(first, second),
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(_) => None,
        }
    }

    /// Loads what its description needs. Blocks.
    pub(crate) fn load(&self) -> Result<(), Error> {
        match self {
            Self::Builtin(_) => Ok(()),
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(plugin) => plugin.loaded().map(drop),
        }
    }

    /// Returns its description, without opening it.
    pub(crate) fn descriptor(&self) -> CapabilityDescriptor {
        match self {
            Self::Builtin(builtin) => builtin.descriptor(),
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(plugin) => plugin.descriptor(),
        }
    }

    /// Returns the way in which it is replaced.
    pub(crate) fn hand_over(&self) -> HandOver {
        match self {
            Self::Builtin(builtin) => builtin.hand_over,
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(plugin) => plugin.hand_over(),
        }
    }

    /// Opens the provider, so that actors can be bound to it. Blocks.
    pub(crate) fn open(
        &self,
        name: &BindingName,
        opening: &Opening,
    ) -> Result<Arc<dyn Provider>, Error> {
        match self {
            Self::Builtin(builtin) => builtin.open(name, opening),
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::Plugin(plugin) => plugin.open(),
        }
    }
}
