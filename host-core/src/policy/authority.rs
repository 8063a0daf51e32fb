//! What an actor may do: what its claims grant, as far as the operator's limits go.

use super::denial::Layer;
use super::limit::{Bound, Limit};
use super::scope::{Answer, Reach, Scope};
use super::standing::Standing;
use super::{Policy, denial::Part};
use crate::error::Error;
use crate::id::ActorId;
use crate::invocation::Target;
use capwire_wascap::{ActorClaims, UnixSeconds, Verified, Verifier};
use std::sync::Arc;
use std::time::Duration;

/// What an actor may ask for, and when. Compiled once, when it starts.
#[derive(Debug)]
pub(crate) struct Authority {
    actor: ActorId,
    claims: Verified<ActorClaims>,
    standing: Standing,
    signed: Reach,
    limits: Vec<Arc<Limit>>,
}

impl Authority {
    pub(crate) fn new(actor: ActorId, claims: Verified<ActorClaims>, policy: &dyn Policy) -> Self {
        Self {
            actor,
            standing: Standing::new(claims.clone()),
            signed: signed(&claims),
            limits: policy.limits(&claims),
            claims,
        }
    }

    pub(crate) fn actor(&self) -> ActorId {
        self.actor
    }

    pub(crate) fn claims(&self) -> &Verified<ActorClaims> {
        &self.claims
    }

    /// Whether all parts name the target. An actor may always call itself.
    pub(crate) fn grants(&self, target: &Target) -> bool {
        !self
            .parts(target)
            .any(|(_, bound)| matches!(bound, Bound::Nothing))
    }

    /// Each part of it, with how far that lets the actor use `target`.
    pub(super) fn parts<'a>(
        &'a self,
        target: &'a Target,
    ) -> impl Iterator<Item = (Part<'a>, Bound<'a>)> {
        let own = matches!(target, Target::Actor(actor) if *actor == self.actor);
        let signed = match self.signed.scope(target) {
            _ if own => Bound::Whole,
            Some(scope) => Bound::Within(scope),
            None => Bound::Nothing,
        };
        let limits = self.limits.iter().filter(move |_| !own);
        let limits = limits.map(move |limit| (Part::Limit(limit), limit.scope(target)));
        std::iter::once((Part::Claims, signed)).chain(limits)
    }

    /// What is wrong with the claims as a whole at `now`, time since the epoch, if anything is.
    pub(crate) fn objection(&self, now: Duration) -> Option<Layer> {
        self.standing.objection(UnixSeconds(now.as_secs()))
    }

    /// As [`objection`](Self::objection), for those who call the actor.
    pub(crate) fn check(&self, now: Duration) -> Result<(), Error> {
        self.standing.check(self.actor, UnixSeconds(now.as_secs()))
    }

    /// When the claims, or a link above them, end.
    pub(crate) fn expires(&self) -> Option<Duration> {
        self.standing.expires()
    }

    /// Asks `verifier` again whether the claims are believed. Returns why not, if they were until
    /// now and are no longer.
    pub(crate) fn verify_again(&self, verifier: &Verifier, now: Duration) -> Option<String> {
        let now = UnixSeconds(now.as_secs());
        self.standing.renew(&self.claims, verifier, now)
    }
}

impl Bound<'_> {
    /// Whether `operation` may be used, whatever it is about.
    pub(super) fn answer(&self, operation: &str) -> Answer {
        match self {
            Self::Nothing => Answer::No,
            Self::Whole => Answer::Yes,
            Self::Within(scope) => scope.answer(operation),
        }
    }

    pub(super) fn allows(&self, operation: &str, resource: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Whole => true,
            Self::Within(scope) => scope.allows(operation, resource),
        }
    }

    pub(super) fn scope(&self) -> Option<&Scope> {
        match self {
            Self::Within(scope) => Some(scope),
            _ => None,
        }
    }
}

fn signed(claims: &ActorClaims) -> Reach {
    let metadata = &claims.metadata;
    let mut reach = Reach::default();
    for capability in &metadata.caps {
        let grant = metadata.grant(capability);
        if let Some(grant) = grant {
            reach.add(capability, grant.rules());
        }
    }
    reach
}
