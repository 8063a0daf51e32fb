//! What there is in a host at one moment.

use crate::binding::Route;
use crate::generation::{Generation, RunningActor};
use crate::id::{ActorId, BindingKey, ProviderId};
use crate::options::ActorOptions;
use crate::provider::AddedProvider;
use crate::registry::Registry;
use crate::tally::CallCounts;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;

/// Everything in a host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inventory {
    /// The actors, those that are being stopped included, in the order of their keys.
    pub actors: Vec<ActorInfo>,
    /// The providers, by contract and name.
    pub providers: Vec<ProviderInfo>,
    /// The bindings that work, by actor, contract and name.
    pub bindings: Vec<BindingInfo>,
}

/// An actor that runs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ActorInfo {
    /// Which.
    pub id: ActorId,
    /// Its name for people.
    pub name: String,
    /// What its issuer signed.
    pub claims: Verified<ActorClaims>,
    /// Which of its versions takes new calls. It starts with the first.
    pub generation: u64,
    /// How that version runs.
    pub options: ActorOptions,
    /// How its calls ended, of all its versions.
    pub calls: CallCounts,
    /// The instances of that version.
    pub pool: PoolInfo,
}

/// The instances of an actor. The numbers are taken one after the other while calls go on, so
/// they need not add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolInfo {
    /// How many instances there may be at once.
    pub instances: usize,
    /// How many wait for a call.
    pub idle: usize,
    /// How many serve one.
    pub busy: usize,
    /// How many calls wait for one.
    pub waiting: usize,
    /// How many calls were completed.
    pub calls: u64,
    /// How many instances were ever started.
    pub started: u64,
}

/// A provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProviderInfo {
    /// Which.
    pub id: ProviderId,
    /// What it says of itself.
    pub descriptor: CapabilityDescriptor,
}

/// A binding that works.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BindingInfo {
    /// Which.
    pub key: BindingKey,
    /// Where it listens, as URLs.
    pub endpoints: Vec<String>,
}

impl Inventory {
    pub(crate) fn new(tables: &Registry) -> Self {
        let mut bindings: Vec<_> = tables.routes().map(|route| binding(route)).collect();
        bindings.sort_by(|a, b| a.key.cmp(&b.key));
        Self {
            actors: tables.actors().map(|running| actor(running)).collect(),
            providers: tables.providers().map(|added| provider(added)).collect(),
            bindings,
        }
    }
}

fn actor(running: &RunningActor) -> ActorInfo {
    let generation: Arc<Generation> = running.generation();
    ActorInfo {
        id: running.id(),
        name: generation.name().to_owned(),
        claims: generation.claims().clone(),
        generation: generation.number(),
        options: generation.options().clone(),
        calls: running.counts(),
        pool: generation.pool().info(),
    }
}

fn provider(added: &AddedProvider) -> ProviderInfo {
    ProviderInfo {
        id: added.id().clone(),
        descriptor: added.descriptor().clone(),
    }
}

fn binding(route: &Route) -> BindingInfo {
    BindingInfo {
        key: route.key.clone(),
        endpoints: route.bound.endpoints.clone(),
    }
}
