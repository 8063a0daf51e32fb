//! What was denied, by whom, and what would grant it.

use crate::invocation::{Origin, Target};
use std::fmt;

/// A call or a binding that was not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denial {
    /// Who asked.
    pub origin: Origin,
    /// Who was asked.
    pub target: Target,
    /// For what.
    pub operation: String,
    /// What denied it.
    pub layer: Layer,
}

/// A part of an actor's authority. All must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// The signed claims do not name the target.
    Claims,
    /// The signed claims do not hold at this time.
    Time,
    /// The operator's policy.
    Policy,
    /// The operation is the host's own.
    System,
}

impl Denial {
    /// What a guest learns of it: that it was denied, and what.
    pub(crate) fn for_guest(&self) -> String {
        let (operation, target) = (&self.operation, &self.target);
        format!("PERMISSION DENIED: {operation} on {target}")
    }

    fn remedy(&self) -> String {
        match self.layer {
            Layer::Claims => format!(
                "its claims do not name {}: sign the module again with `--cap {}`",
                self.claim(),
                self.claim()
            ),
            Layer::Time => {
                "its claims do not hold now: sign the module again with a later expiry".to_owned()
            }
            Layer::Policy => "the host's policy denies it: ask its operator".to_owned(),
            Layer::System => "that operation is the host's own".to_owned(),
        }
    }

    fn claim(&self) -> String {
        match &self.target {
            Target::Actor(id) => id.to_string(),
            Target::Capability(id) => id.contract.to_string(),
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} may not ask {} for {}: {}",
            self.origin,
            self.target,
            self.operation,
            self.remedy()
        )
    }
}

impl std::error::Error for Denial {}
