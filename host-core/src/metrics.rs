//! How many calls there were, how they ended, and how long they took.
//!
//! An actor and a binding have a meter for each operation that a contract declares, made before
//! any call of it, and one for all others: whatever names callers invent, there are no more
//! meters. A call finds its meter without a lock, and counts by atomic additions.

mod declared;
mod meter;
mod meters;

pub(crate) use declared::OF_ACTORS;
pub(crate) use meter::{Ended, Meter};
pub(crate) use meters::{Meters, Unknown};

use crate::binding::Route;
use crate::error::ErrorKind;
use crate::generation::RunningActor;
use crate::id::{ActorId, BindingKey};
use crate::inventory::PoolInfo;
use crate::registry::Registry;
use std::sync::Arc;
use std::time::Duration;

/// The calls of a host, from its start or that of the actor or binding until now. The numbers are
/// taken one after the other while calls go on, so they need not add up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Metrics {
    /// Calls of actors that run.
    pub actors: Vec<ActorMetrics>,
    /// Calls of providers by bindings that work.
    pub bindings: Vec<BindingMetrics>,
    /// Calls of actors that did not run.
    pub unknown_actors: CallMetrics,
    /// Calls of providers by bindings that were not there.
    pub unknown_bindings: CallMetrics,
}

/// The calls of an actor, of all its versions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ActorMetrics {
    /// Which.
    pub id: ActorId,
    /// Its name for people.
    pub name: String,
    /// The instances of the version that takes new calls.
    pub pool: PoolInfo,
    /// Its calls by operation.
    pub operations: Vec<OperationMetrics>,
}

/// The calls of a provider by a binding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BindingMetrics {
    /// Which.
    pub key: BindingKey,
    /// The name of its actor for people.
    pub actor: String,
    /// Its calls by operation.
    pub operations: Vec<OperationMetrics>,
}

/// The calls of one operation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationMetrics {
    /// Which; `None` is all that no contract declares.
    pub operation: Option<Arc<str>>,
    /// Its calls.
    pub calls: CallMetrics,
}

/// Calls, by how they ended and by how long they took.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallMetrics {
    /// How many have begun and not ended.
    pub in_flight: u64,
    /// How many ended by an error, for each kind of which there were any.
    pub errors: Vec<(ErrorKind, u64)>,
    /// How many ended because their caller went away.
    pub abandoned: u64,
    /// How long they took.
    pub durations: Durations,
}

/// How long calls took that have ended, in whichever way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Durations {
    /// How many took no longer than so long, but longer than the bound before.
    pub buckets: Vec<(Duration, u64)>,
    /// How many took longer than all bounds.
    pub longer: u64,
    /// How long all of them took together.
    pub sum: Duration,
}

impl OperationMetrics {
    /// The name of all operations that no contract declares, where a name is needed.
    pub const OTHER: &str = "other";

    /// The name of the operation, or [`OTHER`](Self::OTHER).
    #[must_use]
    pub fn name(&self) -> &str {
        self.operation.as_deref().unwrap_or(Self::OTHER)
    }
}

impl CallMetrics {
    /// How many have ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        let buckets = self.durations.buckets.iter();
        buckets.map(|(_, count)| count).sum::<u64>() + self.durations.longer
    }

    /// Whether there was ever a call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.in_flight == 0 && self.ended() == 0
    }
}

impl Metrics {
    pub(crate) fn new(tables: &Registry, unknown: &Unknown) -> Self {
        let mut bindings: Vec<_> = tables
            .routes()
            .map(|route| binding(tables, route))
            .collect();
        bindings.sort_by(|one, other| one.key.cmp(&other.key));
        Self {
            actors: tables.actors().map(|running| actor(running)).collect(),
            bindings,
            unknown_actors: unknown.actors.read(),
            unknown_bindings: unknown.bindings.read(),
        }
    }
}

fn actor(running: &RunningActor) -> ActorMetrics {
    let generation = running.generation();
    ActorMetrics {
        id: running.id(),
        name: generation.name().to_owned(),
        pool: generation.pool().info(),
        operations: running.meters().read(),
    }
}

fn binding(tables: &Registry, route: &Route) -> BindingMetrics {
    let actor = tables.actor(route.key.actor);
    let name = actor.map(|actor| actor.generation().name().to_owned());
    BindingMetrics {
        key: route.key.clone(),
        actor: name.unwrap_or_default(),
        operations: route.meters.read(),
    }
}
