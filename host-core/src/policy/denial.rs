//! What was denied, by whom, and what would grant it.

use super::limit::{Bound, PolicyRule};
use crate::invocation::{Origin, Target};
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
    remedy: String,
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

/// Which part of an authority.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    Claims,
    PolicyRule(&'a PolicyRule),
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) target: &'a Target,
    pub(crate) operation: &'a str,
}

impl Ask<'_> {
    /// Denied as a whole by `layer`.
    pub(crate) fn denied(self, layer: DeniedBy) -> Box<Denial> {
        let remedy = match layer {
            DeniedBy::Time => {
                "its claims do not hold now: sign the module again with a later `--expires`"
            }
            DeniedBy::Trust => {
                "its claims are not believed any more: ask who signed it for a new release"
            }
            DeniedBy::System => "that operation is the host's own",
            DeniedBy::Claims | DeniedBy::Policy => "the host's policy denies it: ask its operator",
        };
        self.denial(layer, None, remedy.to_owned())
    }

    /// Denied because it is not known without doubt what the message is about.
    pub(crate) fn doubtful(self, part: Part<'_>, doubt: &impl fmt::Display) -> Box<Denial> {
        let remedy = format!("{} by what it is about, and {doubt}", part.narrows());
        self.denial(part.layer(), None, remedy)
    }

    /// Denied by `part`, which only lets the actor do what `bound` says.
    pub(crate) fn beyond(
        self,
        part: Part<'_>,
        bound: Bound<'_>,
        resource: Option<&str>,
    ) -> Box<Denial> {
        let scope = bound.scope();
        let wanted = match scope {
            None => self.capability(),
            Some(_) => self.permission(resource),
        };
        let grants = match scope {
            None => format!("do not name {}", self.capability()),
            Some(scope) => format!("grant of {} only {}", self.capability(), scope.shown()),
        };
        let remedy = match part {
            Part::Claims => format!(
                "its claims {grants}: sign the module again with `--cap {}`",
                quoted(&wanted)
            ),
            Part::PolicyRule(limit) => format!(
                "the limits of the operator's policy {grants}: add `{wanted}` at {}",
                limit.place()
            ),
        };
        self.denial(part.layer(), resource, remedy)
    }

    fn denial(self, layer: DeniedBy, resource: Option<&str>, remedy: String) -> Box<Denial> {
        Box::new(Denial {
            origin: self.origin.clone(),
            target: self.target.clone(),
            operation: self.operation.to_owned(),
            resource: resource.map(|resource| capwire_text::line(resource, LONGEST)),
            layer,
            remedy,
        })
    }

    fn capability(&self) -> String {
        match self.target {
            Target::Actor(id) => id.to_string(),
            Target::Capability(id) => id.contract.to_string(),
        }
    }

    fn permission(&self, resource: Option<&str>) -> String {
        let (capability, operation) = (self.capability(), self.operation);
        match resource {
            None => format!("{capability}[{operation}]"),
            Some(resource) if is_plain(resource) => {
                format!("{capability}[{operation} on {resource}]")
            }
            // A guest chose it, and somebody will copy it into a shell.
            Some(_) => format!("{capability}[{operation} on RESOURCE]"),
        }
    }
}

impl Part<'_> {
    fn layer(self) -> DeniedBy {
        match self {
            Self::Claims => DeniedBy::Claims,
            Self::PolicyRule(_) => DeniedBy::Policy,
        }
    }

    fn narrows(self) -> String {
        match self {
            Self::Claims => "its claims grant it".to_owned(),
            Self::PolicyRule(limit) => {
                format!("the operator's policy ({}) limits it", limit.place())
            }
        }
    }
}

/// Longest resource that is told, in bytes: guests choose them, and events are kept.
const LONGEST: usize = 128;

fn is_plain(resource: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/._-@+=".contains(&byte);
    !resource.is_empty() && resource.len() <= LONGEST && resource.bytes().all(plain)
}

/// As a word for a shell.
fn quoted(word: &str) -> String {
    if word.contains(['[', ' ']) {
        format!("'{word}'")
    } else {
        word.to_owned()
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
