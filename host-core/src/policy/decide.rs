//! The only place that decides on requests.

use super::authority::CurrentAuthority;
use super::permissions::Decision;
use super::request::{Request, Source};
use super::rule::Extent;
use super::{Authority, Policy};
use crate::error::{Denial, DeniedBy};
use crate::id::{Origin, ProviderId, Target};
use capwire_contracts::resource::{ExamineError, Examined};
use std::time::Duration;

/// Allows an actor to be bound to `target` at `now` (time since the epoch), or returns the denial.
pub(crate) fn may_bind(
    authority: &Authority,
    target: &Target,
    operation: &str,
    policy: &dyn Policy,
    now: Duration,
) -> Result<(), Box<Denial>> {
    let authority = &authority.current();
    let origin = Origin::Actor(authority.actor());
    let request = Request {
        origin: &origin,
        target,
        operation,
    };
    may_name(authority, request, now)?;
    may_by_policy(authority, request, policy)
}

/// Allows an actor to call `operation` of `target` with `payload`, or returns the denial.
///
/// If a rule depends on the resource, `examine` reads the message of the call to a provider, and its
/// returned encoding is the one that was checked against the rule.
pub(crate) fn may_call(
    authority: &Authority,
    target: &Target,
    operation: &str,
    policy: &dyn Policy,
    now: Duration,
    examine: impl FnOnce(&ProviderId) -> Result<Examined, ExamineError>,
) -> Result<Option<Examined>, Box<Denial>> {
    let authority = &authority.current();
    let origin = Origin::Actor(authority.actor());
    let request = Request {
        origin: &origin,
        target,
        operation,
    };
    let examined = match may_use(authority, request, None, now)? {
        None => None,
        Some(source) => Some(examine_for(authority, request, source, examine)?),
    };
    may_by_policy(authority, request, policy)?;
    Ok(examined)
}

/// Allows the operation as far as possible without deciding on its resource. Returns a source whose
/// decision depends on the resource, if there is one. A denial proposes the operation on `resource`.
pub(super) fn may_use<'a>(
    authority: &'a CurrentAuthority<'_>,
    request: Request<'a>,
    resource: Option<&str>,
    now: Duration,
) -> Result<Option<Source<'a>>, Box<Denial>> {
    still_holds(authority, request, now)?;
    let mut depends = None;
    for (source, extent) in authority.sources(request.target) {
        match extent.decide(request.asked()) {
            Decision::Allow => {}
            Decision::Deny => return Err(request.beyond(source, extent, resource)),
            Decision::DependsOnResource => depends = Some(source),
        }
    }
    Ok(depends)
}

/// Allows the operation on `resource`.
pub(super) fn may_use_on(
    authority: &CurrentAuthority<'_>,
    request: Request<'_>,
    resource: &str,
) -> Result<(), Box<Denial>> {
    for (source, extent) in authority.sources(request.target) {
        if !extent.allows(request.asked(), resource) {
            return Err(request.beyond(source, extent, Some(resource)));
        }
    }
    Ok(())
}

/// Allows the actor to use the target for anything at all.
pub(super) fn may_name(
    authority: &CurrentAuthority<'_>,
    request: Request<'_>,
    now: Duration,
) -> Result<(), Box<Denial>> {
    still_holds(authority, request, now)?;
    for (source, extent) in authority.sources(request.target) {
        if matches!(extent, Extent::Nothing) {
            return Err(request.beyond(source, extent, None));
        }
    }
    Ok(())
}

/// Allows the request unless the operator's policy denies this single request.
pub(super) fn may_by_policy(
    authority: &CurrentAuthority<'_>,
    request: Request<'_>,
    policy: &dyn Policy,
) -> Result<(), Box<Denial>> {
    match policy.may_call(authority.actor(), request.target, request.operation) {
        true => Ok(()),
        false => Err(request.denied(DeniedBy::Policy)),
    }
}

fn still_holds(
    authority: &CurrentAuthority<'_>,
    request: Request<'_>,
    now: Duration,
) -> Result<(), Box<Denial>> {
    match authority.objection(now) {
        Some(layer) => Err(request.denied(layer)),
        None => Ok(()),
    }
}

fn examine_for(
    authority: &CurrentAuthority<'_>,
    request: Request<'_>,
    source: Source<'_>,
    examine: impl FnOnce(&ProviderId) -> Result<Examined, ExamineError>,
) -> Result<Examined, Box<Denial>> {
    let examined = match request.target {
        Target::Capability(id) => examine(id),
        // Messages between actors have no contract that the host could read.
        Target::Actor(actor) => Err(ExamineError::Unknown {
            contract: actor.to_string(),
            operation: request.operation.to_owned(),
        }),
    };
    let examined = examined.map_err(|doubt| request.doubtful(source, &doubt))?;
    let request = Request {
        operation: examined.operation.as_deref().unwrap_or(request.operation),
        ..request
    };
    for resource in &examined.resources {
        may_use_on(authority, request, resource)?;
    }
    Ok(examined)
}

/// Allows an actor whose call was allowed to use `operation` of its target on another `resource`,
/// or returns the denial.
pub(crate) fn may_also_use(
    authority: &Authority,
    target: &Target,
    operation: &str,
    resource: &str,
) -> Result<(), Box<Denial>> {
    let authority = &authority.current();
    let origin = Origin::Actor(authority.actor());
    let request = Request {
        origin: &origin,
        target,
        operation,
    };
    may_use_on(authority, request, resource)
}
