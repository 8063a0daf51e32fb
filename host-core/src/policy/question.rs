//! Decisions for requests that no actor has made, without a host.

use super::authority::CurrentAuthority;
use super::decide::{may_by_policy, may_name, may_use, may_use_on};
use super::permission::has_resources;
use super::permissions::Decision;
use super::request::{Asked, Request};
use super::rule::Extent;
use super::{Authority, Policy};
use crate::error::{Denial, DeniedBy};
use crate::id::{Origin, Target};
use capwire_wascap::Pattern;
use std::time::Duration;

/// A request that an actor might make.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Question {
    /// The target of the request.
    pub target: Target,
    /// The operation. If `None`, the question is whether the actor may use the target at all.
    pub operation: Option<String>,
    /// The resource, in the canonical form of [`capwire_contracts::resource`]. If `None`, the
    /// question is whether the actor may use the operation on any resource.
    pub resource: Option<String>,
}

impl Question {
    /// Asks whether an actor may use `target` at all.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            operation: None,
            resource: None,
        }
    }

    /// Asks whether it may use `operation`.
    #[must_use]
    pub fn operation(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// Asks whether it may use the operation on `resource`.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }
}

/// Answers `question` for `authority` under `policy` at `now` (time since the epoch).
pub(crate) fn answer(
    authority: &Authority,
    question: &Question,
    policy: &dyn Policy,
    now: Duration,
) -> Result<(), Box<Denial>> {
    let authority = authority.current();
    let origin = Origin::Actor(authority.actor());
    let request = Request {
        origin: &origin,
        target: &question.target,
        operation: question.operation.as_deref().unwrap_or("anything"),
    };
    if question.operation.is_none() {
        return may_name(&authority, request, now);
    }
    let resource = question.resource.as_deref();
    may_use(&authority, request, proposed(question), now)?;
    match resource {
        Some(resource) => may_use_on(&authority, request, resource)?,
        None => may_use_somewhere(&authority, request)?,
    }
    may_by_policy(&authority, request, policy)
}

/// Returns the resource, if a permission can name it.
fn proposed(question: &Question) -> Option<&str> {
    let Target::Capability(id) = &question.target else {
        return None;
    };
    let resource = question.resource.as_deref();
    resource.filter(|_| has_resources(&id.contract))
}

/// Allows the operation unless the resources that one source allows are none of another one.
fn may_use_somewhere(
    authority: &CurrentAuthority<'_>,
    request: Request<'_>,
) -> Result<(), Box<Denial>> {
    let mut known: Vec<Vec<Pattern>> = Vec::new();
    for (source, extent) in authority.sources(request.target) {
        let Some(patterns) = patterns(extent, request.asked()) else {
            continue;
        };
        let meets = |others: &Vec<Pattern>| {
            others
                .iter()
                .any(|other| patterns.iter().any(|pattern| pattern.overlaps(other)))
        };
        if !known.iter().all(meets) {
            return Err(request.beyond(source, extent, None));
        }
        known.push(patterns);
    }
    Ok(())
}

/// Returns, for each source of authority that allows the operation on some resources only, the
/// patterns of these resources.
pub(crate) fn limits(authority: &Authority, question: &Question) -> Vec<(DeniedBy, Vec<Pattern>)> {
    let Some(operation) = &question.operation else {
        return Vec::new();
    };
    let authority = authority.current();
    let sources = authority.sources(&question.target);
    let limits = sources.filter_map(|(source, extent)| {
        let asked = Asked::new(&question.target, operation);
        let patterns = patterns(extent, asked)?;
        Some((source.denied_by(), patterns))
    });
    limits.collect()
}

/// Returns the patterns to which `extent` limits `asked`, if it does.
fn patterns(extent: Extent<'_>, asked: Asked<'_>) -> Option<Vec<Pattern>> {
    let rules = extent.rules()?;
    let depends = rules.decide(asked) == Decision::DependsOnResource;
    depends.then(|| rules.patterns(asked))
}
