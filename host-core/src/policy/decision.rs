//! The policy's decision about one actor, valid until the policy is replaced.

use super::Policy;
use super::rule::PolicyRule;
use crate::options::ChainRule;
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;

/// A policy's decision about an actor.
#[derive(Debug)]
pub(super) struct PolicyDecision {
    /// True if the actor may not run at all.
    pub(super) barred: bool,
    /// The rules that apply to the actor.
    pub(super) rules: Vec<Arc<PolicyRule>>,
    pub(super) chain: ChainRule,
}

impl PolicyDecision {
    pub(super) fn of(policy: &dyn Policy, claims: &Verified<ActorClaims>) -> Self {
        Self {
            barred: !policy.may_start(claims),
            rules: policy.limits(claims),
            chain: policy.chain(claims),
        }
    }
}
