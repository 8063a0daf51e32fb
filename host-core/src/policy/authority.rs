//! The authority of an actor: its claims, within the operator's policy.

use super::Policy;
use super::decision::PolicyDecision;
use super::permissions::Permissions;
use super::request::Source;
use super::rule::Extent;
use super::trust::ClaimsTrust;
use crate::error::{DeniedBy, Error};
use crate::id::{ActorId, Target};
use crate::options::ChainRule;
use arc_swap::{ArcSwap, Guard};
use capwire_contracts::canonical_contract;
use capwire_wascap::{ActorClaims, UnixSeconds, Verified, Verifier};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The authority of one actor. The claims are compiled when the actor starts; the policy's decision
/// also when the policy is replaced.
#[derive(Debug)]
pub(crate) struct Authority {
    actor: ActorId,
    claims: Verified<ActorClaims>,
    trust: ClaimsTrust,
    signed: Permissions,
    decision: ArcSwap<PolicyDecision>,
    /// True if the policy shrinks the authority of its calls for others. Read in every call.
    shrinks: AtomicBool,
}

/// An authority under the current policy.
pub(super) struct CurrentAuthority<'a> {
    authority: &'a Authority,
    decision: Guard<Arc<PolicyDecision>>,
}

impl Authority {
    pub(crate) fn new(actor: ActorId, claims: Verified<ActorClaims>, policy: &dyn Policy) -> Self {
        let decision = PolicyDecision::of(policy, &claims);
        Self {
            actor,
            trust: ClaimsTrust::new(claims.clone()),
            signed: signed(&claims),
            shrinks: AtomicBool::new(decision.chain == ChainRule::Shrink),
            decision: ArcSwap::from_pointee(decision),
            claims,
        }
    }

    /// Returns true if the policy limits what the actor does for others to what these may do.
    pub(crate) fn shrinks(&self) -> bool {
        self.shrinks.load(Ordering::Acquire)
    }

    pub(crate) fn actor(&self) -> ActorId {
        self.actor
    }

    pub(crate) fn claims(&self) -> &Verified<ActorClaims> {
        &self.claims
    }

    /// Returns whether all sources name the target. An actor may always call itself.
    pub(crate) fn grants(&self, target: &Target) -> bool {
        let authority = self.current();
        let nothing = |(_, extent)| matches!(extent, Extent::Nothing);
        !authority.sources(target).any(nothing)
    }

    /// Returns this authority under the current policy.
    pub(super) fn current(&self) -> CurrentAuthority<'_> {
        CurrentAuthority {
            authority: self,
            decision: self.decision.load(),
        }
    }

    /// Returns the reason why the actor may do nothing at `now` (time since the epoch), if there is
    /// one.
    pub(crate) fn objection(&self, now: Duration) -> Option<DeniedBy> {
        let trust = self.trust.objection(UnixSeconds(now.as_secs()));
        trust.or_else(|| self.decision.load().barred.then_some(DeniedBy::Policy))
    }

    /// Returns the [`objection`](Self::objection) as an error for callers of the actor.
    pub(crate) fn check(&self, now: Duration) -> Result<(), Error> {
        self.trust.check(self.actor, UnixSeconds(now.as_secs()))?;
        match self.decision.load().barred {
            true => Err(Error::stopped(self.actor)),
            false => Ok(()),
        }
    }

    /// Returns the time at which the claims, or a token above them in the chain, expire.
    pub(crate) fn expires(&self) -> Option<Duration> {
        self.trust.expires()
    }

    /// Verifies the claims again. Returns the reason if `verifier` refuses the claims and they were
    /// trusted until now.
    pub(crate) fn verify_again(&self, verifier: &Verifier, now: Duration) -> Option<String> {
        let now = UnixSeconds(now.as_secs());
        self.trust.renew(&self.claims, verifier, now)
    }

    /// Evaluates `policy` again. Returns true if the policy bars the actor and did not before.
    pub(crate) fn decide_again(&self, policy: &dyn Policy) -> bool {
        let decision = Arc::new(PolicyDecision::of(policy, &self.claims));
        let barred = decision.barred;
        let shrinks = decision.chain == ChainRule::Shrink;
        self.shrinks.store(shrinks, Ordering::Release);
        let before = self.decision.swap(decision);
        barred && !before.barred
    }
}

impl CurrentAuthority<'_> {
    /// Returns each source of the authority, with the extent to which it allows the actor to use
    /// `target`.
    pub(super) fn sources<'a>(
        &'a self,
        target: &'a Target,
    ) -> impl Iterator<Item = (Source<'a>, Extent<'a>)> {
        let own = matches!(target, Target::Actor(actor) if *actor == self.actor);
        let signed = match self.signed.rules_of(target) {
            _ if own => Extent::Everything,
            Some(rules) => Extent::Rules(rules),
            None => Extent::Nothing,
        };
        let rules = self.decision.rules.iter().filter(move |_| !own);
        let rules = rules.map(move |rule| (Source::PolicyRule(rule), rule.extent(target)));
        std::iter::once((Source::Claims, signed)).chain(rules)
    }
}

impl Deref for CurrentAuthority<'_> {
    type Target = Authority;

    fn deref(&self) -> &Authority {
        self.authority
    }
}

fn signed(claims: &ActorClaims) -> Permissions {
    let metadata = claims.metadata.canonical(canonical_contract);
    let mut signed = Permissions::default();
    for capability in &metadata.caps {
        let grant = metadata.grant(capability);
        if let Some(grant) = grant {
            signed.add(capability, grant.rules());
        }
    }
    signed
}
