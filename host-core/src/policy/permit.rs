//! The one place where a call is allowed.

use super::{Authority, Denial, Layer, Policy};
use crate::invocation::{Caller, Invocation, Target};
use capwire_contracts::core::is_system_operation;
use std::time::Duration;

/// A call that is allowed. Nothing else can be carried out, and only this file makes one.
pub(crate) struct Permit(Invocation);

impl Permit {
    /// Allows `invocation` at `now`, time since the epoch, or says which layer denies it.
    ///
    /// The host's holder is trusted; a provider calls actors that were bound to it; an actor
    /// needs the target in its claims. The host's own operations are nobody else's.
    pub(crate) fn new(
        invocation: Invocation,
        policy: &dyn Policy,
        now: Duration,
    ) -> Result<Self, Box<Denial>> {
        let denied = match invocation.caller() {
            Caller::Host => None,
            _ if is_system_operation(invocation.operation()) => Some(Layer::System),
            Caller::Provider(_) => None,
            Caller::Actor(generation) => missing(
                generation.authority(),
                invocation.target(),
                invocation.operation(),
                policy,
                now,
            ),
        };
        match denied {
            None => Ok(Self(invocation)),
            Some(layer) => Err(Box::new(Denial {
                origin: invocation.origin(),
                target: invocation.target().clone(),
                operation: invocation.operation().to_owned(),
                layer,
            })),
        }
    }

    pub(crate) fn invocation(&self) -> &Invocation {
        &self.0
    }
}

/// What keeps an actor from asking `target` for `operation` at `now`, if anything does.
pub(crate) fn missing(
    authority: &Authority,
    target: &Target,
    operation: &str,
    policy: &dyn Policy,
    now: Duration,
) -> Option<Layer> {
    if !authority.holds_at(now) {
        Some(Layer::Time)
    } else if !authority.grants(target) {
        Some(Layer::Claims)
    } else if !policy.may_call(authority.actor(), target, operation) {
        Some(Layer::Policy)
    } else {
        None
    }
}
