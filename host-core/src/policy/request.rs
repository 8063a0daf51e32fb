//! A request for access, and the denials that answer it.

use super::rule::{Extent, PolicyRule};
use crate::error::{Denial, DeniedBy, Remedy};
use crate::id::{Origin, Target};
use capwire_contracts::resource;
use capwire_text::{is_plain, word};
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

/// An operation that is asked for, of a target whose contract may have operations within others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// The contract, or an empty text for an actor, whose operations have no parts.
    contract: &'a str,
    operation: &'a str,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(target: &'a Target, operation: &'a str) -> Self {
        let contract = match target {
            Target::Capability(id) => id.contract.as_str(),
            Target::Actor(_) => "",
        };
        Self {
            contract,
            operation,
        }
    }

    /// Returns the names by which rules allow the operation: its own, and that of the operation
    /// that it is within.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        let whole = resource::within(self.contract, self.operation);
        std::iter::once(self.operation).chain(whole)
    }

    /// Returns true if a rule with `name` allows the operation, or a part of it.
    pub(crate) fn meets(self, name: &str) -> bool {
        let is_part = || resource::within(self.contract, name) == Some(self.operation);
        self.names().any(|own| own == name) || is_part()
    }
}

impl<'a> Request<'a> {
    /// Returns the operation as rules name it.
    pub(crate) fn asked(self) -> Asked<'a> {
        Asked::new(self.target, self.operation)
    }
}

impl Request<'_> {
    /// Returns the denial of the whole request by `layer`.
    pub(crate) fn denied(self, layer: DeniedBy) -> Box<Denial> {
        let (reason, remedy) = match layer {
            DeniedBy::Time => ("its claims are not valid at this time", Some(Remedy::Renew)),
            DeniedBy::Trust => ("its claims are no longer trusted", Some(Remedy::NewRelease)),
            DeniedBy::System => ("that operation is reserved for the host", None),
            DeniedBy::Claims | DeniedBy::Policy => {
                ("the host's policy denies it", Some(Remedy::AskOperator))
            }
            DeniedBy::Chain => ("it acts for another actor", Some(Remedy::NameService)),
        };
        self.denial(layer, None, reason.to_owned(), remedy)
    }

    /// Returns the denial of a request whose message does not name its resource unambiguously.
    pub(crate) fn doubtful(self, source: Source<'_>, doubt: &impl fmt::Display) -> Box<Denial> {
        let reason = format!(
            "{} only for certain resources, and {doubt}",
            source.narrows()
        );
        self.denial(source.denied_by(), None, reason, None)
    }

    /// Returns the denial by `source`, which grants the actor only `extent`.
    pub(crate) fn beyond(
        self,
        source: Source<'_>,
        extent: Extent<'_>,
        resource: Option<&str>,
    ) -> Box<Denial> {
        let rules = extent.rules();
        let wanted = match rules {
            None => self.whole_permission(),
            Some(_) => self.permission(resource),
        };
        let grants = match rules {
            None => format!("do not name {}", self.capability()),
            Some(rules) => format!("grant of {} only {}", self.capability(), rules.shown()),
        };
        let (reason, remedy) = match source {
            Source::Claims if self.could_be_alias() => {
                (format!("its claims {grants}"), Remedy::Alias(wanted))
            }
            Source::Claims => (format!("its claims {grants}"), Remedy::Claim(wanted)),
            Source::PolicyRule(rule) => {
                let reason = format!("the rules of the operator's policy {grants}");
                let (permission, place) = (wanted, rule.place().to_owned());
                (reason, Remedy::Permit { permission, place })
            }
        };
        self.denial(source.denied_by(), resource, reason, Some(remedy))
    }

    fn denial(
        self,
        layer: DeniedBy,
        resource: Option<&str>,
        reason: String,
        remedy: Option<Remedy>,
    ) -> Box<Denial> {
        Box::new(Denial {
            origin: self.origin.clone(),
            target: self.target.clone(),
            operation: self.operation.to_owned(),
            resource: resource.map(|resource| capwire_text::line(resource, LONGEST)),
            layer,
            reason,
            remedy,
        })
    }

    /// Returns `true` if the target is a capability without a namespace, which contracts have.
    fn could_be_alias(self) -> bool {
        let Target::Capability(id) = self.target else {
            return false;
        };
        let name = id.contract.as_str();
        is_plain(name) && !name.contains(':')
    }

    /// The target, in a form for people.
    fn capability(&self) -> String {
        match self.target {
            Target::Actor(id) => id.to_string(),
            Target::Capability(id) => id.contract.to_string(),
        }
    }

    /// The permission for the complete target. Somebody may copy it into a shell or a policy, and a
    /// guest chose the names in it.
    fn whole_permission(&self) -> String {
        word(&self.capability(), "CAPABILITY").to_owned()
    }

    /// The permission for the operation, on `resource` if that is known.
    fn permission(&self, resource: Option<&str>) -> String {
        let (capability, operation) = (self.whole_permission(), word(self.operation, "OPERATION"));
        match resource {
            None => format!("{capability}[{operation}]"),
            Some(resource) => {
                let short = resource.len() <= LONGEST;
                let resource = word(if short { resource } else { "" }, "RESOURCE");
                format!("{capability}[{operation} on {resource}]")
            }
        }
    }
}

impl Source<'_> {
    pub(crate) fn denied_by(self) -> DeniedBy {
        match self {
            Self::Claims => DeniedBy::Claims,
            Self::PolicyRule(_) => DeniedBy::Policy,
        }
    }

    fn narrows(self) -> String {
        match self {
            Self::Claims => "its claims grant it".to_owned(),
            Self::PolicyRule(rule) => {
                format!("the operator's policy ({}) allows it", rule.place())
            }
        }
    }
}

/// The maximum length of a resource in a denial, in bytes. Guests choose resources, and events are
/// kept.
const LONGEST: usize = 128;
