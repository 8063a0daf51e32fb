//! What the operator's policy says of one actor, until the policy is exchanged.

use super::Policy;
use super::limit::PolicyRule;
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;

/// A policy, asked once about an actor.
#[derive(Debug)]
pub(super) struct Ruling {
    /// Whether the actor may not run at all.
    pub(super) barred: bool,
    /// How far it may use its capabilities.
    pub(super) limits: Vec<Arc<PolicyRule>>,
}

impl Ruling {
    pub(super) fn of(policy: &dyn Policy, claims: &Verified<ActorClaims>) -> Self {
        Self {
            barred: !policy.may_start(claims),
            limits: policy.limits(claims),
        }
    }
}
