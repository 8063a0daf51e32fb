//! The rules by which one version of an actor may follow another.

use super::SwapOptions;
use crate::error::SwapRefusal;
use capwire_contracts::canonical_contract;
use capwire_wascap::{ActorClaims, Widening};

/// Checks that `new` may replace `old`, both versions of one actor. Returns what `new` claims
/// beyond `old`.
pub(crate) fn check(
    old: &ActorClaims,
    new: &ActorClaims,
    options: &SwapOptions,
) -> Result<Vec<Widening>, SwapRefusal> {
    if old.issuer != new.issuer {
        return Err(SwapRefusal::Issuer {
            old: old.issuer,
            new: new.issuer,
        });
    }
    let (before, after) = (revision(old), revision(new));
    // Equal claims are those of the same module, whose hash they contain. It may get other options.
    let same = old == new && options.actor.is_some();
    if after <= before && !same && !options.allow_older {
        return Err(SwapRefusal::Revision {
            old: before,
            new: after,
        });
    }
    let [before, after] = [old, new].map(|claims| claims.metadata.canonical(canonical_contract));
    let wider = after.widenings(&before);
    if wider.is_empty() || options.allow_wider {
        Ok(wider)
    } else {
        Err(SwapRefusal::Wider(wider))
    }
}

/// Returns the revision of a version, or 0 if the claims have none.
pub(crate) fn revision(claims: &ActorClaims) -> i32 {
    claims.metadata.rev.unwrap_or(0)
}
