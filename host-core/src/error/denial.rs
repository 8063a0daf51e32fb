//! A denial: the request, the authority that refused it, and the remedy.

use super::remedy::Remedy;
use crate::id::{ActorId, Origin, Target};
use std::fmt;

/// A denied call or binding. Its text contains the reason and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denial {
    /// The origin of the request.
    pub origin: Origin,
    /// The target of the request.
    pub target: Target,
    /// The operation.
    pub operation: String,
    /// The resource, if it is the reason, or if a [`Question`](crate::Question) named it. Control
    /// characters are escaped, and a long one is cut off.
    pub resource: Option<String>,
    /// The source of authority that denied it.
    pub layer: DeniedBy,
    pub(crate) reason: String,
    pub(crate) remedy: Option<Remedy>,
}

/// A source of an actor's authority. All sources must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeniedBy {
    /// The signed claims do not grant it.
    Claims,
    /// The signed claims are not valid at this time.
    Time,
    /// The signed claims are no longer trusted, because they or a key above them were revoked.
    Trust,
    /// The operator's policy.
    Policy,
    /// The operation is reserved for the host.
    System,
    /// The actor acts for another one, which may not do it.
    Chain,
}

impl DeniedBy {
    /// Returns the name of the source for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claims => "claims",
            Self::Time => "time",
            Self::Trust => "trust",
            Self::Policy => "policy",
            Self::System => "system",
            Self::Chain => "chain",
        }
    }
}

impl Denial {
    /// The reason of the denial.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The step that would allow the request, if there is one.
    #[must_use]
    pub fn remedy(&self) -> Option<&Remedy> {
        self.remedy.as_ref()
    }

    /// Returns the denial of a request that `actor` makes for the one that this denial is about.
    pub(crate) fn for_another(mut self: Box<Self>, actor: ActorId) -> Box<Self> {
        let other = std::mem::replace(&mut self.origin, Origin::Actor(actor));
        self.layer = DeniedBy::Chain;
        self.reason = format!(
            "it acts for {other}, which may not do this itself: {}",
            self.reason
        );
        self.remedy = Some(Remedy::NameService);
        self
    }

    /// Returns the text for a guest, which says that its request was denied but gives no reason.
    pub(crate) fn for_guest(&self) -> String {
        let (operation, target) = (&self.operation, &self.target);
        format!("PERMISSION DENIED: {operation} on {target}")
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (origin, target, operation) = (&self.origin, &self.target, &self.operation);
        write!(f, "{origin} may not ask {target} for {operation}")?;
        if let Some(resource) = &self.resource {
            write!(f, " on `{resource}`")?;
        }
        write!(f, ": {}", self.reason)?;
        match &self.remedy {
            Some(remedy) => write!(f, ": {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Denial {}
