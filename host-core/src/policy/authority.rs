//! What claims grant, in the form in which each call asks for it.

use crate::id::{ActorId, ContractId};
use crate::invocation::Target;
use capwire_wascap::{ActorClaims, UnixSeconds, Verified};
use std::collections::HashSet;
use std::time::Duration;

/// What an actor may ask for, and when.
#[derive(Debug)]
pub(crate) struct Authority {
    actor: ActorId,
    claims: Verified<ActorClaims>,
    contracts: HashSet<ContractId>,
    actors: HashSet<ActorId>,
}

impl Authority {
    pub(crate) fn new(actor: ActorId, claims: Verified<ActorClaims>) -> Self {
        let caps = &claims.metadata.caps;
        // A claim that names nothing grants nothing.
        let (contracts, actors) = (
            caps.iter().filter_map(|cap| cap.parse().ok()).collect(),
            caps.iter().filter_map(|cap| cap.parse().ok()).collect(),
        );
        Self {
            actor,
            claims,
            contracts,
            actors,
        }
    }

    pub(crate) fn actor(&self) -> ActorId {
        self.actor
    }

    pub(crate) fn claims(&self) -> &Verified<ActorClaims> {
        &self.claims
    }

    /// Whether the claims name the target. An actor may always call itself.
    pub(crate) fn grants(&self, target: &Target) -> bool {
        match target {
            Target::Actor(actor) => *actor == self.actor || self.actors.contains(actor),
            Target::Capability(id) => self.contracts.contains(&id.contract),
        }
    }

    /// Whether the claims hold at `now`, time since the epoch.
    pub(crate) fn holds_at(&self, now: Duration) -> bool {
        self.claims.check_time(UnixSeconds(now.as_secs())).is_ok()
    }
}
