//! The contents of a host at one moment.

use super::counts::CallCounts;
use crate::id::{ActorId, BindingKey, ProviderId};
use crate::options::{ActorOptions, Proportion};
use capwire_contracts::core::CapabilityDescriptor;
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;

/// The actors, providers and bindings of a host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inventory {
    /// The actors in the order of their keys, including those that are being stopped.
    pub actors: Vec<ActorInfo>,
    /// The providers, by contract and name.
    pub providers: Vec<ProviderInfo>,
    /// The bindings in effect, by actor, contract and name.
    pub bindings: Vec<BindingInfo>,
}

/// A running actor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ActorInfo {
    /// The identity of the actor.
    pub id: ActorId,
    /// The name of the actor for people.
    pub name: String,
    /// The claims that the actor's issuer signed.
    pub claims: Verified<ActorClaims>,
    /// The number of the version that takes new calls, counted from one.
    pub generation: u64,
    /// The options of that version.
    pub options: ActorOptions,
    /// The calls of all versions, by outcome.
    pub calls: CallCounts,
    /// The version that gets only a share of the calls, if there is one.
    pub canary: Option<CanaryInfo>,
    /// The instances of that version.
    pub pool: PoolInfo,
}

/// A new version of an actor that has to prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CanaryInfo {
    /// The number of the version.
    pub generation: u64,
    /// The part of the new calls that enter it.
    pub share: Proportion,
    /// Its calls until now.
    pub calls: CallCounts,
}

/// The instances of an actor. The numbers are read one after the other while calls continue, so
/// they need not add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolInfo {
    /// The maximum number of instances.
    pub instances: usize,
    /// The instances that wait for a call.
    pub idle: usize,
    /// The instances that serve a call.
    pub busy: usize,
    /// The calls that wait for an instance.
    pub waiting: usize,
    /// The completed calls.
    pub calls: u64,
    /// The instances that were ever started.
    pub started: u64,
}

/// A provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProviderInfo {
    /// The identity of the provider.
    pub id: ProviderId,
    /// The provider's description of itself.
    pub descriptor: CapabilityDescriptor,
    /// The number of the version that serves or served last, counted from one. A swap raises it.
    pub generation: u64,
    /// The state of the provider.
    pub state: ProviderState,
    /// The number of times that it was opened again after a failure.
    pub restarts: u64,
    /// The calls that wait for the next version.
    pub waiting: usize,
}

/// The state of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderState {
    /// It serves calls.
    Serving,
    /// It is being replaced, and calls wait.
    Changing,
    /// It cannot serve, and will be opened again. Calls get an error.
    Broken {
        /// The reason, for operators.
        reason: Arc<str>,
    },
}

impl ProviderState {
    /// Returns its name for people and scripts, such as `serving`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Changing => "changing",
            Self::Broken { .. } => "broken",
        }
    }
}

/// A binding in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BindingInfo {
    /// The identity of the binding.
    pub key: BindingKey,
    /// The URLs at which it listens.
    pub endpoints: Vec<String>,
}
