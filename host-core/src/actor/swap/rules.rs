//! The rules by which one version of an actor may follow another.

use crate::error::SwapRefusal;
use capwire_wascap::{ActorClaims, Widening};

/// Checks that `new` may follow `old`, both of one actor. Returns what it may do beyond `old`.
pub(crate) fn check(
    old: &ActorClaims,
    new: &ActorClaims,
    allow_wider: bool,
) -> Result<Vec<Widening>, SwapRefusal> {
    if old.issuer != new.issuer {
        return Err(SwapRefusal::Issuer {
            old: old.issuer,
            new: new.issuer,
        });
    }
    let (before, after) = (revision(old), revision(new));
    if after <= before {
        return Err(SwapRefusal::Revision {
            old: before,
            new: after,
        });
    }
    let wider = new.metadata.widenings(&old.metadata);
    if wider.is_empty() || allow_wider {
        Ok(wider)
    } else {
        Err(SwapRefusal::Wider(wider))
    }
}

/// The revision of a version; the first ones had none.
pub(crate) fn revision(claims: &ActorClaims) -> i32 {
    claims.metadata.rev.unwrap_or(0)
}
