//! Decisions for requests that no actor has made, without a host.

use super::decide::{may_by_policy, may_name, may_use, may_use_on};
use super::request::Request;
use super::{Authority, Policy};
use crate::error::Denial;
use crate::id::{Origin, Target};
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
    may_use(&authority, request, now)?;
    if let Some(resource) = &question.resource {
        may_use_on(&authority, request, resource)?;
    }
    may_by_policy(&authority, request, policy)
}
