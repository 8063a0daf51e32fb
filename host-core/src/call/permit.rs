//! The one place where a call is allowed.

use super::invocation::{Caller, Invocation};
use crate::error::{Denial, DeniedBy};
use crate::policy::{Request, may_call};
use crate::state::Shared;
use capwire_contracts::core::is_system_operation;

/// A call that is allowed. Only this file makes one, and nothing else is carried out.
pub(crate) struct Permit(Invocation);

impl Permit {
    /// Allows `invocation` by the policy of `host` at this time, or returns the denial.
    ///
    /// The holder of the host is trusted. A provider calls the actors that were bound to it. An
    /// actor needs the target in its claims, and, where these are narrow, the operation and its
    /// resource. The host's own operations are for the host alone.
    pub(super) fn new(invocation: Invocation, host: &Shared) -> Result<Self, Box<Denial>> {
        let allowed = match invocation.caller() {
            Caller::Host => invocation,
            _ if is_system_operation(invocation.operation()) => {
                return Err(denied_by_system(&invocation));
            }
            Caller::Provider(_) => invocation,
            Caller::Actor(caller) => {
                let (target, operation) = (invocation.target(), invocation.operation());
                let (authority, payload) = (caller.authority(), invocation.payload());
                let (policy, now) = (host.policy.load(), host.clock.unix());
                match may_call(authority, target, operation, payload, &***policy, now)? {
                    // The provider reads the encoding that was checked.
                    Some(examined) => invocation.with_payload(examined.payload),
                    None => invocation,
                }
            }
        };
        Ok(Self(allowed))
    }

    pub(super) fn invocation(&self) -> &Invocation {
        &self.0
    }
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
