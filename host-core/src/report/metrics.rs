//! Metrics of calls: their number, outcome and latency.
//!
//! An actor and a binding have one histogram for each operation that a contract declares, made
//! before any call, and one for all others. Names that callers invent do not create histograms. A
//! call finds its histogram without a lock and counts by atomic additions.

mod by_operation;
mod declared;
mod histogram;

pub(crate) use by_operation::{OperationHistograms, UnknownTargets};
pub(crate) use declared::OF_ACTORS;
pub(crate) use histogram::LatencyHistogram;

use super::inventory::PoolInfo;
use crate::error::ErrorKind;
use crate::id::{ActorId, BindingKey, ProviderId};
use std::sync::Arc;
use std::time::Duration;

/// The calls of a host, since the start of the host, the actor or the binding. The numbers are read
/// one after the other while calls go on, so they need not add up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Metrics {
    /// Calls of running actors.
    pub actors: Vec<ActorMetrics>,
    /// Calls of providers through bindings in effect.
    pub bindings: Vec<BindingMetrics>,
    /// The providers.
    pub providers: Vec<ProviderMetrics>,
    /// Calls of actors that were not running.
    pub unknown_actors: CallMetrics,
    /// Calls of providers by callers that were not running, through unknown bindings.
    pub unknown_bindings: CallMetrics,
}

/// The calls of all versions of an actor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ActorMetrics {
    /// The identity of the actor.
    pub id: ActorId,
    /// The name of the actor for people.
    pub name: String,
    /// The instances of the version that takes new calls.
    pub pool: PoolInfo,
    /// Its calls by operation.
    pub operations: Vec<OperationMetrics>,
    /// The calls that it made of capabilities to which it is not bound, all of them refused.
    pub unbound: CallMetrics,
}

/// The calls of a provider through a binding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BindingMetrics {
    /// The identity of the binding.
    pub key: BindingKey,
    /// The name of its actor for people.
    pub actor: String,
    /// Its calls by operation.
    pub operations: Vec<OperationMetrics>,
}

/// The state of a provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProviderMetrics {
    /// The identity of the provider.
    pub id: ProviderId,
    /// False while the provider is broken.
    pub is_up: bool,
    /// The number of times that it was opened again after a failure.
    pub restarts: u64,
    /// The number of times that it was replaced.
    pub swaps: u64,
    /// The calls that wait while it is replaced.
    pub waiting: usize,
}

/// The calls of one operation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationMetrics {
    /// The operation. `None` stands for all operations that no contract declares.
    pub operation: Option<Arc<str>>,
    /// Its calls.
    pub calls: CallMetrics,
}

/// Calls by outcome and latency.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallMetrics {
    /// The calls in progress.
    pub in_flight: u64,
    /// The calls that ended with an error, for each kind that occurred.
    pub errors: Vec<(ErrorKind, u64)>,
    /// The calls whose caller gave up.
    pub abandoned: u64,
    /// The latencies of the calls.
    pub durations: Durations,
}

/// Latencies of ended calls, whatever their outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Durations {
    /// The upper bound of each bucket, and the number of calls in the bucket.
    pub buckets: Vec<(Duration, u64)>,
    /// The calls that took longer than the last bound.
    pub longer: u64,
    /// The sum of all latencies.
    pub sum: Duration,
}

impl OperationMetrics {
    /// Label for operations without their own histogram.
    pub const OTHER: &str = "other";

    /// The name of the operation, or [`OTHER`](Self::OTHER).
    #[must_use]
    pub fn name(&self) -> &str {
        self.operation.as_deref().unwrap_or(Self::OTHER)
    }
}

impl CallMetrics {
    /// The calls that have ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        let buckets = self.durations.buckets.iter();
        buckets.map(|(_, count)| count).sum::<u64>() + self.durations.longer
    }

    /// Returns true if there was never a call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.in_flight == 0 && self.ended() == 0
    }
}
