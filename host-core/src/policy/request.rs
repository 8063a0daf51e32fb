//! A request for access, and the denials that answer it.

use super::rule::{Extent, PolicyRule};
use crate::error::{Denial, DeniedBy};
use crate::id::{Origin, Target};
use std::fmt;

/// A source of an actor's authority. All sources must agree.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    Claims,
    PolicyRule(&'a PolicyRule),
}

/// A request of `origin` to use `operation` of `target`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) target: &'a Target,
    pub(crate) operation: &'a str,
}

impl Request<'_> {
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

    /// Denied because the host cannot tell without doubt which resource the message names.
    pub(crate) fn doubtful(self, source: Source<'_>, doubt: &impl fmt::Display) -> Box<Denial> {
        let remedy = format!("{} by what it is about, and {doubt}", source.narrows());
        self.denial(source.denied_by(), None, remedy)
    }

    /// Denied by `source`, which grants the actor `extent` and no more.
    pub(crate) fn beyond(
        self,
        source: Source<'_>,
        extent: Extent<'_>,
        resource: Option<&str>,
    ) -> Box<Denial> {
        let rules = extent.rules();
        let wanted = match rules {
            None => self.capability(),
            Some(_) => self.permission(resource),
        };
        let grants = match rules {
            None => format!("do not name {}", self.capability()),
            Some(rules) => format!("grant of {} only {}", self.capability(), rules.shown()),
        };
        let remedy = match source {
            Source::Claims => format!(
                "its claims {grants}: sign the module again with `--cap {}`",
                quoted(&wanted)
            ),
            Source::PolicyRule(rule) => format!(
                "the limits of the operator's policy {grants}: add `{wanted}` at {}",
                rule.place()
            ),
        };
        self.denial(source.denied_by(), resource, remedy)
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

impl Source<'_> {
    fn denied_by(self) -> DeniedBy {
        match self {
            Self::Claims => DeniedBy::Claims,
            Self::PolicyRule(_) => DeniedBy::Policy,
        }
    }

    fn narrows(self) -> String {
        match self {
            Self::Claims => "its claims grant it".to_owned(),
            Self::PolicyRule(rule) => {
                format!("the operator's policy ({}) limits it", rule.place())
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
