//! Which version may follow which.

use crate::error::{Error, ErrorKind};
use capwire_wascap::{ActorClaims, PublicKey, Widening};

/// Why a version may not take over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(
        "it is signed by {new}, and what runs is signed by {old}: have the same account sign it, or stop the actor and start this one"
    )]
    Issuer { old: PublicKey, new: PublicKey },
    #[error(
        "its revision is {new}, and what runs has {old} already: sign it with a higher `--rev`"
    )]
    Revision { old: i32, new: i32 },
    #[error("it may do more than what runs: {}: sign it without that, or allow it", list(.0))]
    Wider(Vec<Widening>),
    #[error("it does not answer its health check")]
    Unhealthy(#[source] Error),
}

/// Checks that `new` may follow `old`, both of one actor. Returns what it may do beyond `old`.
pub(crate) fn check(
    old: &ActorClaims,
    new: &ActorClaims,
    allow_wider: bool,
) -> Result<Vec<Widening>, Refusal> {
    if old.issuer != new.issuer {
        return Err(Refusal::Issuer {
            old: old.issuer,
            new: new.issuer,
        });
    }
    let (before, after) = (revision(old), revision(new));
    if after <= before {
        return Err(Refusal::Revision {
            old: before,
            new: after,
        });
    }
    let wider = new.metadata.widenings(&old.metadata);
    if wider.is_empty() || allow_wider {
        Ok(wider)
    } else {
        Err(Refusal::Wider(wider))
    }
}

/// The revision of a version; the first ones had none.
pub(crate) fn revision(claims: &ActorClaims) -> i32 {
    claims.metadata.rev.unwrap_or(0)
}

impl Refusal {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Issuer { .. } | Self::Revision { .. } | Self::Wider(_) => ErrorKind::Denied,
            Self::Unhealthy(error) => error.kind(),
        }
    }
}

fn list(wider: &[Widening]) -> String {
    let wider: Vec<String> = wider.iter().map(ToString::to_string).collect();
    wider.join("; ")
}
