//! The only place that allows calls.

use super::invocation::{Caller, Invocation};
use super::resources;
use crate::error::{Denial, DeniedBy};
use crate::policy::{Authority, Request, may_call};
use crate::state::Shared;
use capwire_contracts::core::is_system_operation;
use std::sync::Arc;

/// A call that is allowed. Only this file creates permits, and the host executes nothing without
/// one.
pub(crate) struct Permit(Invocation);

impl Permit {
    /// Allows `invocation` by the policy of `host` at this time, or returns the denial.
    ///
    /// The program that owns the host is trusted. A provider may call the actors that are bound to
    /// it. An actor needs the target in its claims and, if these are narrow, the operation and its
    /// resource; and so do the actors for which it acts by [`ChainRule::Shrink`](crate::ChainRule). Only the host may call the operations that are reserved for it.
    pub(super) fn new(invocation: Invocation, host: &Shared) -> Result<Self, Box<Denial>> {
        let allowed = match invocation.caller() {
            Caller::Host => invocation,
            _ if is_system_operation(invocation.operation()) => {
                return Err(denied_by_system(&invocation));
            }
            Caller::Provider(_) => invocation,
            Caller::Actor(caller) => {
                let caller = Arc::clone(caller);
                let mut allowed = allow(invocation, caller.authority(), host)?;
                if caller.shrinks() {
                    let chain = allowed.context().chain.clone();
                    for principal in chain.acted_for() {
                        let shrunk = allow(allowed, principal.authority(), host);
                        allowed = shrunk.map_err(|denial| denial.for_another(caller.id()))?;
                    }
                }
                allowed
            }
        };
        Ok(Self(allowed))
    }

    pub(super) fn invocation(&self) -> &Invocation {
        &self.0
    }
}

/// Allows `invocation` by one authority, or returns the denial.
fn allow(
    invocation: Invocation,
    authority: &Authority,
    host: &Shared,
) -> Result<Invocation, Box<Denial>> {
    let (target, operation) = (invocation.target(), invocation.operation());
    let (policy, now) = (host.policy.load(), host.clock.unix());
    let examine = |id: &_| resources::of(host, &invocation, id);
    let examined = may_call(authority, target, operation, &***policy, now, examine)?;
    Ok(match examined {
        // The provider reads the encoding that was checked.
        Some(examined) => invocation.with_payload(examined.payload),
        None => invocation,
    })
}

fn denied_by_system(invocation: &Invocation) -> Box<Denial> {
    let origin = invocation.origin();
    let request = Request {
        origin: &origin,
        target: invocation.target(),
        operation: invocation.operation(),
    };
    request.denied(DeniedBy::System)
}
