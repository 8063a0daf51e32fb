//! The rules by which one version of an actor may follow another.

use crate::error::SwapRefusal;
use capwire_contracts::canonical_contract;
use capwire_wascap::{ActorClaims, Widening};

/// Checks that `new` may replace `old`, both versions of one actor. Returns what `new` claims
/// beyond `old`.
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
    let [before, after] = [old, new].map(|claims| claims.metadata.canonical(canonical_contract));
    let wider = after.widenings(&before);
    if wider.is_empty() || allow_wider {
        Ok(wider)
    } else {
        Err(SwapRefusal::Wider(wider))
    }
}

/// Returns the revision of a version, or 0 if the claims have none.
pub(crate) fn revision(claims: &ActorClaims) -> i32 {
    claims.metadata.rev.unwrap_or(0)
}
