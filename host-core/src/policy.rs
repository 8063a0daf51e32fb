//! Who may do what: claims, and what the operator takes away from them.

mod authority;
mod denial;
mod limit;
mod permission;
mod permit;
mod ruling;
mod scope;
mod standing;
mod why;

pub(crate) use authority::Authority;
pub use denial::{Denial, DeniedBy};
pub use limit::{AppliesTo, PolicyRule, PolicyRules};
pub use permission::{Permission, PermissionError};
pub(crate) use permit::{Permit, may_bind};
pub use why::Question;

use crate::id::ActorId;
use crate::invocation::Target;
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;

/// The operator's say. It can only take away from what claims grant, never add to it.
///
/// Methods must not block.
pub trait Policy: Send + Sync + 'static {
    /// Whether an actor with these claims may run here. Asked whenever one is started, and of all
    /// that run when the policy is [exchanged](crate::Host::set_policy).
    fn may_start(&self, claims: &Verified<ActorClaims>) -> bool {
        let _ = claims;
        true
    }

    /// How far an actor with these claims may use its capabilities. Asked when
    /// [`may_start`](Self::may_start) is, and compiled into what it may do.
    fn limits(&self, claims: &Verified<ActorClaims>) -> Vec<Arc<PolicyRule>> {
        let _ = claims;
        Vec::new()
    }

    /// Whether a running actor may ask `target` for `operation`. Its claims grant it. Asked on
    /// every call.
    fn may_call(&self, actor: ActorId, target: &Target, operation: &str) -> bool {
        let _ = (actor, target, operation);
        true
    }
}

/// The policy that leaves everything to the claims.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClaimsOnly;

impl Policy for ClaimsOnly {}

/// Whether every narrowing in these claims can be enforced.
///
/// # Errors
/// [`PermissionError`] names one that cannot.
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
