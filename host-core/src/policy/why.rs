//! The same decisions without a host.

use super::denial::{Ask, Denial};
use super::permit::{may_by_operator, may_name, may_use, may_use_on};
use super::{Authority, Policy};
use crate::actor::Actor;
use crate::invocation::{Origin, Target};
use capwire_wascap::UnixSeconds;
use std::time::Duration;

/// What an actor might ask for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Question {
    /// The subject that asks.
    pub target: Target,
    /// For what; if `None`, whether it may ask at all.
    pub operation: Option<String>,
    /// On what, in the form that [`capwire_contracts::resource`] gives to it. If `None`, whether
    /// it may ask for the operation on anything.
    pub resource: Option<String>,
}

impl Question {
    /// Whether an actor may ask `target` for anything.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            operation: None,
            resource: None,
        }
    }

    /// Whether it may ask for `operation`.
    #[must_use]
    pub fn operation(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// Whether it may use the operation on `resource`.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }
}

impl Actor {
    /// Whether a host with `policy` would allow this at `now`, given that the actor is bound.
    ///
    /// # Errors
    /// The [`Denial`] that the host would log.
    pub fn may(
        &self,
        question: &Question,
        policy: &dyn Policy,
        now: UnixSeconds,
    ) -> Result<(), Box<Denial>> {
        let authority = Authority::new(self.id(), self.claims().clone(), policy);
        let authority = authority.in_force();
        let now = Duration::from_secs(now.0);
        let origin = Origin::Actor(self.id());
        let ask = Ask {
            origin: &origin,
            target: &question.target,
            operation: question.operation.as_deref().unwrap_or("anything"),
        };
        if question.operation.is_none() {
            return may_name(&authority, ask, now);
        }
        may_use(&authority, ask, now)?;
        if let Some(resource) = &question.resource {
            may_use_on(&authority, ask, resource)?;
        }
        may_by_operator(&authority, ask, policy)
    }
}
