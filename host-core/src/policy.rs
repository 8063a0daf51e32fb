//! The authority of actors: their claims, within the operator's policy.

mod authority;
mod decide;
mod decision;
mod permission;
mod permissions;
mod question;
mod request;
mod rule;
mod trust;

pub(crate) use authority::Authority;
pub(crate) use decide::{may_also_use, may_bind, may_call};
pub use permission::Permission;
pub use question::Question;
pub(crate) use question::{answer, limits};
pub(crate) use request::Request;
pub use rule::{AppliesTo, PolicyRule, PolicyRules};

use crate::error::PermissionError;
use crate::id::{ActorId, Target};
use crate::options::ChainRule;
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;

/// The operator's policy. A policy restricts what claims grant and never extends it.
///
/// Methods must not block.
pub trait Policy: Send + Sync + 'static {
    /// Returns whether an actor with these claims may run. The host calls this when it starts an
    /// actor, and for every running actor when the policy is [replaced](crate::Host::set_policy).
    fn may_start(&self, claims: &Verified<ActorClaims>) -> bool {
        let _ = claims;
        true
    }

    /// Returns the rules for an actor with these claims. The host calls this together with
    /// [`may_start`](Self::may_start), and compiles the rules into the actor's authority.
    fn limits(&self, claims: &Verified<ActorClaims>) -> Vec<Arc<PolicyRule>> {
        let _ = claims;
        Vec::new()
    }

    /// Returns the authority by which an actor with these claims acts for other actors. The host calls
    /// this together with [`may_start`](Self::may_start).
    /// [`ActorOptions::chain`](crate::ActorOptions::chain) can ask for a narrower rule.
    fn chain(&self, claims: &Verified<ActorClaims>) -> ChainRule {
        let _ = claims;
        ChainRule::default()
    }

    /// Returns whether a running actor may use `operation` of `target`, which its claims grant. The
    /// host calls this for every call.
    fn may_call(&self, actor: ActorId, target: &Target, operation: &str) -> bool {
        let _ = (actor, target, operation);
        true
    }
}

/// The policy without restrictions: claims alone decide.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClaimsOnly;

impl Policy for ClaimsOnly {}

/// Checks that the host can enforce every narrowing in these claims.
///
/// # Errors
/// Otherwise, [`PermissionError`] names a permission that it cannot enforce.
pub(crate) fn check_enforceable(claims: &ActorClaims) -> Result<(), PermissionError> {
    let metadata = &claims.metadata;
    let rules = metadata
        .narrow
        .iter()
        .flat_map(|(id, rules)| rules.iter().map(move |rule| (id, rule)));
    for (id, rule) in rules {
        Permission::new(id, Some(rule.clone()))?;
    }
    Ok(())
}
