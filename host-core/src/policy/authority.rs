//! What an actor may do: what its claims grant, as far as the operator's limits go.

use super::denial::DeniedBy;
use super::limit::Bound;
use super::ruling::Ruling;
use super::scope::{Answer, Reach, Scope};
use super::standing::Standing;
use super::{Policy, denial::Part};
use crate::error::Error;
use crate::id::ActorId;
use crate::invocation::Target;
use arc_swap::{ArcSwap, Guard};
use capwire_wascap::{ActorClaims, UnixSeconds, Verified, Verifier};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

/// What an actor may ask for, and when. Compiled when it starts, and what the operator says of it
/// also when the policy is exchanged.
#[derive(Debug)]
pub(crate) struct Authority {
    actor: ActorId,
    claims: Verified<ActorClaims>,
    standing: Standing,
    signed: Reach,
    ruling: ArcSwap<Ruling>,
}

/// An authority by the ruling that held when somebody asked.
pub(super) struct InForce<'a> {
    authority: &'a Authority,
    ruling: Guard<Arc<Ruling>>,
}

impl Authority {
    pub(crate) fn new(actor: ActorId, claims: Verified<ActorClaims>, policy: &dyn Policy) -> Self {
        Self {
            actor,
            standing: Standing::new(claims.clone()),
            signed: signed(&claims),
            ruling: ArcSwap::from_pointee(Ruling::of(policy, &claims)),
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
        let authority = self.in_force();
        let nothing = |(_, bound)| matches!(bound, Bound::Nothing);
        !authority.parts(target).any(nothing)
    }

    /// It by what the operator says at present.
    pub(super) fn in_force(&self) -> InForce<'_> {
        InForce {
            authority: self,
            ruling: self.ruling.load(),
        }
    }

    /// Why the actor may do nothing at all at `now`, time since the epoch, if that is so.
    pub(crate) fn objection(&self, now: Duration) -> Option<DeniedBy> {
        let standing = self.standing.objection(UnixSeconds(now.as_secs()));
        standing.or_else(|| self.ruling.load().barred.then_some(DeniedBy::Policy))
    }

    /// As [`objection`](Self::objection), for those who call the actor.
    pub(crate) fn check(&self, now: Duration) -> Result<(), Error> {
        self.standing
            .check(self.actor, UnixSeconds(now.as_secs()))?;
        match self.ruling.load().barred {
            true => Err(Error::stopped(self.actor)),
            false => Ok(()),
        }
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

    /// Asks `policy` again. Returns whether it bars the actor, which it did not until now.
    pub(crate) fn rule_again(&self, policy: &dyn Policy) -> bool {
        let ruling = Arc::new(Ruling::of(policy, &self.claims));
        let barred = ruling.barred;
        let before = self.ruling.swap(ruling);
        barred && !before.barred
    }
}

impl InForce<'_> {
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
        let limits = self.ruling.limits.iter().filter(move |_| !own);
        let limits = limits.map(move |limit| (Part::PolicyRule(limit), limit.scope(target)));
        std::iter::once((Part::Claims, signed)).chain(limits)
    }
}

impl Deref for InForce<'_> {
    type Target = Authority;

    fn deref(&self) -> &Authority {
        self.authority
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
