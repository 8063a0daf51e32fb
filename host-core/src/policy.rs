//! Who may do what: claims, and what the operator takes away from them.

mod authority;
mod denial;
mod permit;

pub(crate) use authority::Authority;
pub use denial::{Denial, Layer};
pub(crate) use permit::{Permit, missing};

use crate::id::ActorId;
use crate::invocation::Target;
use capwire_wascap::ActorClaims;

/// The operator's say. It can only take away from what claims grant, never add to it.
///
/// Methods are called on every start and every call of an actor and must not block.
pub trait Policy: Send + Sync + 'static {
    /// Whether an actor with these claims may run here.
    fn may_start(&self, claims: &ActorClaims) -> bool {
        let _ = claims;
        true
    }

    /// Whether a running actor may ask `target` for `operation`. Its claims grant it.
    fn may_call(&self, actor: ActorId, target: &Target, operation: &str) -> bool {
        let _ = (actor, target, operation);
        true
    }
}

/// The policy that leaves everything to the claims.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClaimsOnly;

impl Policy for ClaimsOnly {}
