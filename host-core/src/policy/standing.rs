//! Whether claims that were believed once still are.

use super::DeniedBy;
use crate::error::{Error, Failure};
use crate::id::ActorId;
use arc_swap::ArcSwap;
use capwire_wascap::{ActorClaims, UnixSeconds, Verified, Verifier, VerifyError};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The latest judgement of an actor's claims.
pub(super) struct Standing(ArcSwap<Judgement>);

enum Judgement {
    Believed(Verified<ActorClaims>),
    Refused(VerifyError),
}

impl Standing {
    pub(super) fn new(claims: Verified<ActorClaims>) -> Self {
        Self(ArcSwap::from_pointee(Judgement::Believed(claims)))
    }

    pub(super) fn check(&self, actor: ActorId, now: UnixSeconds) -> Result<(), Error> {
        match &**self.0.load() {
            Judgement::Believed(claims) => claims
                .check_time(now)
                .map_err(|source| Failure::Expired { actor, source }.into()),
            Judgement::Refused(source) => {
                let source = source.clone();
                Err(Failure::Distrusted { actor, source }.into())
            }
        }
    }

    pub(super) fn objection(&self, now: UnixSeconds) -> Option<DeniedBy> {
        match &**self.0.load() {
            Judgement::Believed(claims) => claims.check_time(now).err().map(|_| DeniedBy::Time),
            Judgement::Refused(_) => Some(DeniedBy::Trust),
        }
    }

    /// When the claims, or a link above them, end.
    pub(super) fn expires(&self) -> Option<Duration> {
        match &**self.0.load() {
            Judgement::Believed(claims) => {
                let links = claims.chain().iter().filter_map(|link| link.expires());
                let first = links.map(|time| time.0).chain(claims.expires).min();
                first.map(Duration::from_secs)
            }
            Judgement::Refused(_) => None,
        }
    }

    /// Judges again. Returns why the claims are believed no longer, if they were until now.
    pub(super) fn renew(
        &self,
        claims: &Verified<ActorClaims>,
        verifier: &Verifier,
        now: UnixSeconds,
    ) -> Option<String> {
        let judgement = match verifier.verify_again(claims, now) {
            Ok(claims) => Judgement::Believed(claims),
            // It is believed of them that they have ended.
            Err(VerifyError::Time(_)) => return None,
            Err(error) => Judgement::Refused(error),
        };
        let reason = judgement.refusal();
        let before = self.0.swap(Arc::new(judgement));
        reason.filter(|_| before.refusal().is_none())
    }
}

impl Judgement {
    fn refusal(&self) -> Option<String> {
        match self {
            Self::Believed(_) => None,
            Self::Refused(error) => Some(capwire_text::chain(error)),
        }
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusal = self.0.load().refusal();
        f.debug_tuple("Standing").field(&refusal).finish()
    }
}
