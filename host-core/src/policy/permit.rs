//! The one place where a call is allowed.

use super::authority::InForce;
use super::denial::{Ask, Denial, DeniedBy, Part};
use super::limit::Bound;
use super::scope::Answer;
use super::{Authority, Policy};
use crate::invocation::{Caller, Invocation, Origin, Target};
use capwire_contracts::core::is_system_operation;
use capwire_contracts::resource::{Examined, examine};
use std::time::Duration;

/// A call that is allowed. Nothing else can be carried out, and only this file makes one.
pub(crate) struct Permit(Invocation);

impl Permit {
    /// Allows `invocation` at `now`, time since the epoch, or says which layer denies it.
    ///
    /// The host's holder is trusted; a provider calls actors that were bound to it; an actor
    /// needs the target in its claims, and, where these are narrow, the operation and what it is
    /// about. The host's own operations are nobody else's.
    pub(crate) fn new(
        invocation: Invocation,
        policy: &dyn Policy,
        now: Duration,
    ) -> Result<Self, Box<Denial>> {
        let allowed = match invocation.caller() {
            Caller::Host => invocation,
            _ if is_system_operation(invocation.operation()) => {
                return Err(asked(&invocation, &invocation.origin()).denied(DeniedBy::System));
            }
            Caller::Provider(_) => invocation,
            Caller::Actor(generation) => {
                let authority = generation.authority();
                match examined(authority, &invocation, policy, now)? {
                    // What was checked is what is used.
                    Some(examined) => invocation.with_payload(examined.payload),
                    None => invocation,
                }
            }
        };
        Ok(Self(allowed))
    }

    pub(crate) fn invocation(&self) -> &Invocation {
        &self.0
    }
}

/// Allows an actor to be bound to `target` at `now`, or says which layer denies it.
pub(crate) fn may_bind(
    authority: &Authority,
    target: &Target,
    operation: &str,
    policy: &dyn Policy,
    now: Duration,
) -> Result<(), Box<Denial>> {
    let authority = &authority.in_force();
    let origin = Origin::Actor(authority.actor());
    let ask = Ask {
        origin: &origin,
        target,
        operation,
    };
    may_name(authority, ask, now)?;
    may_by_operator(authority, ask, policy)
}

/// Allows what an actor asks for, for which its message may have to be examined.
fn examined(
    authority: &Authority,
    invocation: &Invocation,
    policy: &dyn Policy,
    now: Duration,
) -> Result<Option<Examined>, Box<Denial>> {
    let authority = &authority.in_force();
    let origin = Origin::Actor(authority.actor());
    let ask = asked(invocation, &origin);
    let examined = match may_use(authority, ask, now)? {
        None => None,
        Some(part) => Some(examine_for(authority, ask, part, invocation.payload())?),
    };
    may_by_operator(authority, ask, policy)?;
    Ok(examined)
}

/// Allows the operation, as far as that can be said without knowing what it is about. Returns a
/// part whose answer depends on that, if there is one.
pub(super) fn may_use<'a>(
    authority: &'a InForce<'_>,
    ask: Ask<'a>,
    now: Duration,
) -> Result<Option<Part<'a>>, Box<Denial>> {
    still_holds(authority, ask, now)?;
    let mut depends = None;
    for (part, bound) in authority.parts(ask.target) {
        match bound.answer(ask.operation) {
            Answer::Yes => {}
            Answer::No => return Err(ask.beyond(part, bound, None)),
            Answer::Depends => depends = Some(part),
        }
    }
    Ok(depends)
}

/// Allows the operation on `resource`.
pub(super) fn may_use_on(
    authority: &InForce<'_>,
    ask: Ask<'_>,
    resource: &str,
) -> Result<(), Box<Denial>> {
    for (part, bound) in authority.parts(ask.target) {
        if !bound.allows(ask.operation, resource) {
            return Err(ask.beyond(part, bound, Some(resource)));
        }
    }
    Ok(())
}

/// Allows the target to be named at all.
pub(super) fn may_name(
    authority: &InForce<'_>,
    ask: Ask<'_>,
    now: Duration,
) -> Result<(), Box<Denial>> {
    still_holds(authority, ask, now)?;
    for (part, bound) in authority.parts(ask.target) {
        if matches!(bound, Bound::Nothing) {
            return Err(ask.beyond(part, bound, None));
        }
    }
    Ok(())
}

fn still_holds(authority: &InForce<'_>, ask: Ask<'_>, now: Duration) -> Result<(), Box<Denial>> {
    match authority.objection(now) {
        Some(layer) => Err(ask.denied(layer)),
        None => Ok(()),
    }
}

pub(super) fn may_by_operator(
    authority: &InForce<'_>,
    ask: Ask<'_>,
    policy: &dyn Policy,
) -> Result<(), Box<Denial>> {
    match policy.may_call(authority.actor(), ask.target, ask.operation) {
        true => Ok(()),
        false => Err(ask.denied(DeniedBy::Policy)),
    }
}

fn examine_for(
    authority: &InForce<'_>,
    ask: Ask<'_>,
    part: Part<'_>,
    payload: &[u8],
) -> Result<Examined, Box<Denial>> {
    let contract = match ask.target {
        Target::Capability(id) => id.contract.as_str(),
        // No contract: nothing is known of messages between actors.
        Target::Actor(_) => "",
    };
    let examined = examine(contract, ask.operation, payload);
    let examined = examined.map_err(|doubt| ask.doubtful(part, &doubt))?;
    for resource in &examined.resources {
        may_use_on(authority, ask, resource)?;
    }
    Ok(examined)
}

fn asked<'a>(invocation: &'a Invocation, origin: &'a Origin) -> Ask<'a> {
    Ask {
        origin,
        target: invocation.target(),
        operation: invocation.operation(),
    }
}
