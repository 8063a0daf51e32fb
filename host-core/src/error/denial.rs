//! A denial: the request, the authority that refused it, and the remedy.

use crate::id::{Origin, Target};
use std::fmt;

/// A call or a binding that was not allowed. As text it also says what would allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denial {
    /// Who asked.
    pub origin: Origin,
    /// Who was asked.
    pub target: Target,
    /// For what.
    pub operation: String,
    /// On what, if that is why; without control characters, and cut off if it is long.
    pub resource: Option<String>,
    /// What denied it.
    pub layer: DeniedBy,
    pub(crate) remedy: String,
}

/// A part of an actor's authority. All must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeniedBy {
    /// The signed claims do not grant it.
    Claims,
    /// The signed claims do not hold at this time.
    Time,
    /// The signed claims are not believed any more: somebody took them back, or those who vouch
    /// for them.
    Trust,
    /// The operator's policy.
    Policy,
    /// The operation is the host's own.
    System,
}

impl DeniedBy {
    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claims => "claims",
            Self::Time => "time",
            Self::Trust => "trust",
            Self::Policy => "policy",
            Self::System => "system",
        }
    }
}

impl Denial {
    /// What would allow it, and why it is not allowed.
    #[must_use]
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    /// What a guest learns of it: that it was denied, and what.
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
        write!(f, ": {}", self.remedy)
    }
}

impl std::error::Error for Denial {}
