//! Actors: verified modules, and how they start, change and stop.

mod compile;
mod expiry;
mod lifecycle;
mod swap;
mod trust;
mod world;

pub(crate) use lifecycle::{start, stop};
pub(crate) use swap::check as check_swap;
pub use swap::{PreparedSwap, SwapOptions};
pub(crate) use trust::{exchange_policy, exchange_verifier};

use crate::error::{Denial, DeniedBy, Error};
use crate::id::ActorId;
use crate::options::ChainRule;
use crate::policy::{Authority, Policy, Question, answer, limits};
use bytes::Bytes;
use capwire_wascap::{ActorClaims, Pattern, UnixSeconds, Verified, Verifier};
use std::fmt;
use std::time::Duration;

/// A module whose claims have been verified. A host starts nothing else.
#[derive(Clone)]
pub struct Actor {
    id: ActorId,
    wasm: Bytes,
    claims: Verified<ActorClaims>,
}

impl Actor {
    /// Verifies a signed module at the time `now`.
    ///
    /// This hashes the whole module, which takes about a millisecond per megabyte. On an async
    /// thread, use [`Host::verify`](crate::Host::verify).
    ///
    /// # Errors
    /// Returns an error if the module is not signed, was changed after it was signed, or its claims
    /// are not valid at `now`; see [`Error::is_unverified`].
    pub fn from_bytes(
        wasm: impl Into<Bytes>,
        verifier: &Verifier,
        now: UnixSeconds,
    ) -> Result<Self, Error> {
        let wasm = wasm.into();
        let claims = verifier
            .verify_module(&wasm, now)
            .map_err(Error::unverified)?;
        let id = ActorId::new(claims.subject)?;
        Ok(Self { id, wasm, claims })
    }

    /// Returns the actor's identity.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.id
    }

    /// Returns the actor's name for people, or its key if it has none.
    #[must_use]
    pub fn name(&self) -> String {
        display_name(&self.claims)
    }

    /// Returns the claims that the issuer signed.
    #[must_use]
    pub fn claims(&self) -> &Verified<ActorClaims> {
        &self.claims
    }

    /// The module.
    #[must_use]
    pub fn wasm(&self) -> &Bytes {
        &self.wasm
    }

    /// Checks whether a host with `policy` would allow `question` at `now`, if the actor is bound.
    ///
    /// # Errors
    /// Returns the [`Denial`] that the host would log.
    pub fn may(
        &self,
        question: &Question,
        policy: &dyn Policy,
        now: UnixSeconds,
    ) -> Result<(), Box<Denial>> {
        let authority = Authority::new(self.id(), self.claims().clone(), policy);
        answer(&authority, question, policy, Duration::from_secs(now.0))
    }

    /// Checks like [`may`](Self::may) whether it would be allowed for this actor to do something for
    /// `callers`, the outermost first, each with the rule by which it acts for the one before it. `rule` is
    /// that of this actor. The rules of the policy count, too.
    ///
    /// # Errors
    /// Returns the [`Denial`] that the host would log.
    pub fn may_for(
        &self,
        rule: ChainRule,
        callers: &[(&Self, ChainRule)],
        question: &Question,
        policy: &dyn Policy,
        now: UnixSeconds,
    ) -> Result<(), Box<Denial>> {
        self.may(question, policy, now)?;
        let (mut actor, mut rule) = (self, rule);
        for (caller, next) in callers.iter().rev() {
            let shrinks = [rule, policy.chain(actor.claims())].contains(&ChainRule::Shrink);
            if !shrinks {
                break;
            }
            let allowed = caller.may(question, policy, now);
            allowed.map_err(|denial| denial.for_another(self.id()))?;
            (actor, rule) = (*caller, *next);
        }
        Ok(())
    }

    /// Returns the patterns to which each source of authority limits the resources of `question`, for
    /// the sources that do. A use must be within all of them.
    #[must_use]
    pub fn resource_limits(
        &self,
        question: &Question,
        policy: &dyn Policy,
    ) -> Vec<(DeniedBy, Vec<Pattern>)> {
        let authority = Authority::new(self.id(), self.claims().clone(), policy);
        limits(&authority, question)
    }

    fn into_parts(self) -> (ActorId, Bytes, Verified<ActorClaims>) {
        (self.id, self.wasm, self.claims)
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor")
            .field("id", &self.id)
            .field("claims", &*self.claims)
            .finish_non_exhaustive()
    }
}

/// The maximum length of a displayed name in bytes.
const LONGEST_NAME: usize = 200;

/// Returns the name in the claims as one short printable line, or the key.
fn display_name(claims: &ActorClaims) -> String {
    match &claims.metadata.name {
        Some(name) if !name.trim().is_empty() => capwire_text::line(name, LONGEST_NAME),
        _ => claims.subject.to_string(),
    }
}
