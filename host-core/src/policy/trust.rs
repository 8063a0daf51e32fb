//! The latest result of verifying the claims of an actor.

use crate::error::{DeniedBy, Error, Failure};
use crate::id::ActorId;
use arc_swap::ArcSwap;
use capwire_wascap::{ActorClaims, UnixSeconds, Verified, Verifier, VerifyError};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The latest verification result for an actor's claims.
pub(super) struct ClaimsTrust(ArcSwap<Verdict>);

enum Verdict {
    Believed(Verified<ActorClaims>),
    Refused(VerifyError),
}

impl ClaimsTrust {
    pub(super) fn new(claims: Verified<ActorClaims>) -> Self {
        Self(ArcSwap::from_pointee(Verdict::Believed(claims)))
    }

    pub(super) fn check(&self, actor: ActorId, now: UnixSeconds) -> Result<(), Error> {
        match &**self.0.load() {
            Verdict::Believed(claims) => claims
                .check_time(now)
                .map_err(|source| Failure::Expired { actor, source }.into()),
            Verdict::Refused(source) => {
                let source = source.clone();
                Err(Failure::Distrusted { actor, source }.into())
            }
        }
    }

    pub(super) fn objection(&self, now: UnixSeconds) -> Option<DeniedBy> {
        match &**self.0.load() {
            Verdict::Believed(claims) => claims.check_time(now).err().map(|_| DeniedBy::Time),
            Verdict::Refused(_) => Some(DeniedBy::Trust),
        }
    }

    /// The time at which the claims, or a link above them, expire.
    pub(super) fn expires(&self) -> Option<Duration> {
        match &**self.0.load() {
            Verdict::Believed(claims) => {
                let links = claims.chain().iter().filter_map(|link| link.expires());
                let first = links.map(|time| time.0).chain(claims.expires).min();
                first.map(Duration::from_secs)
            }
            Verdict::Refused(_) => None,
        }
    }

    /// Verifies the claims again. Returns the reason if the verifier refuses the claims and did not
    /// before.
    pub(super) fn renew(
        &self,
        claims: &Verified<ActorClaims>,
        verifier: &Verifier,
        now: UnixSeconds,
    ) -> Option<String> {
        let verdict = match verifier.verify_again(claims, now) {
            Ok(claims) => Verdict::Believed(claims),
            // Expired claims are genuine.
            Err(VerifyError::Time(_)) => return None,
            Err(error) => Verdict::Refused(error),
        };
        let reason = verdict.refusal();
        let before = self.0.swap(Arc::new(verdict));
        reason.filter(|_| before.refusal().is_none())
    }
}

impl Verdict {
    fn refusal(&self) -> Option<String> {
        match self {
            Self::Believed(_) => None,
            Self::Refused(error) => Some(capwire_text::chain(error)),
        }
    }
}

impl fmt::Debug for ClaimsTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusal = self.0.load().refusal();
        f.debug_tuple("ClaimsTrust").field(&refusal).finish()
    }
}
