//! A running version of an actor.

use super::gate::DrainGate;
use crate::clock::Clock;
use crate::id::ActorId;
use crate::options::{ActorOptions, ChainRule};
use crate::policy::Authority;
use crate::pool::Pool;
use crate::report::{CallCounters, CallCounts, Outcome};
use crate::wait::with_timeout;
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;
use std::time::Duration;

/// One version of an actor: its authority and its instances. A call belongs to the generation in
/// which it began, which lives until the last of its calls ends.
pub(crate) struct Generation {
    number: u64,
    authority: Authority,
    name: String,
    options: ActorOptions,
    pool: Arc<Pool>,
    gate: DrainGate,
    counters: CallCounters,
}

impl Generation {
    pub(crate) fn new(
        number: u64,
        name: String,
        authority: Authority,
        options: ActorOptions,
        pool: Arc<Pool>,
    ) -> Self {
        Self {
            number,
            name,
            authority,
            options,
            pool,
            gate: DrainGate::default(),
            counters: CallCounters::default(),
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.authority.actor()
    }

    /// Counted from one.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The name of the actor for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn claims(&self) -> &Verified<ActorClaims> {
        self.authority.claims()
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Returns true if what it does for another actor is limited to what that one may do.
    pub(crate) fn shrinks(&self) -> bool {
        self.options.chain == ChainRule::Shrink || self.authority.shrinks()
    }

    pub(crate) fn options(&self) -> &ActorOptions {
        &self.options
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Its calls by outcome.
    pub(crate) fn counts(&self) -> CallCounts {
        self.counters.counts()
    }

    /// Returns the number of calls in progress.
    pub(crate) fn inside(&self) -> usize {
        self.gate.inside()
    }

    /// Begins a call, unless the generation is closed. Each must [`leave`](Self::leave) once.
    pub(super) fn enter(&self) -> bool {
        self.gate.enter()
    }

    /// Ends a call that has entered.
    pub(super) fn leave(&self, outcome: Outcome) {
        // In this order: an observer that finds no call inside finds all calls counted.
        self.counters.record(outcome);
        self.gate.leave();
    }

    /// Refuses new calls, waits for the calls inside, and stops the remaining calls after
    /// `timeout`. Returns the number of stopped calls.
    pub(crate) async fn drain(&self, clock: &dyn Clock, timeout: Duration) -> usize {
        self.gate.close();
        let stopped = match self.emptied_within(clock, timeout).await {
            true => 0,
            false => self.inside(),
        };
        self.pool.close();
        stopped
    }

    /// Returns true if the last call ends within `timeout`. The generation must be closed.
    pub(crate) async fn emptied_within(&self, clock: &dyn Clock, timeout: Duration) -> bool {
        let until = clock.monotonic().saturating_add(timeout);
        let emptied = with_timeout(clock, until, self.gate.emptied()).await;
        emptied.is_ok()
    }
}
