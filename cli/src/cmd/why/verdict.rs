//! The answers to "may it?", for people and for scripts.

use crate::args::Why;
use crate::error::Error;
use crate::{output, time};
use capwire::wascap::UnixSeconds;
use capwire::{Actor, ChainRule, DeniedBy, PolicyRules, Question};
use capwire_text::escaped;
use serde_json::json;
use std::error::Error as StdError;

/// A use that everything allows.
pub(super) struct Allowed {
    actor: String,
    key: String,
    capability: String,
    operation: Option<String>,
    resource: Option<String>,
    /// The resources on which sources of authority allow it, if that is not all of them.
    limits: Vec<(&'static str, Vec<String>)>,
    expires: Option<u64>,
    now: u64,
    /// The rule by which the actor acts for others, if the question names some.
    chain: Option<ChainRule>,
}

/// The reason why there is no use: something denies it, or the question could not be answered.
pub(super) enum Refusal {
    /// The name of the source that denies it, and the reason.
    Denied(&'static str, Error),
    /// The question could not be answered.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Refusal {
    /// Returns a denial by `layer`.
    pub(super) fn new(layer: &'static str, reason: String) -> Self {
        Self::Denied(
            layer,
            Error::failure(format!("denied by {layer}: {reason}")),
        )
    }

    pub(super) fn because(self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.map(|error| error.because(cause))
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        self.map(|error| error.help(help))
    }

    fn map(self, change: impl FnOnce(Error) -> Error) -> Self {
        match self {
            Self::Denied(layer, error) => Self::Denied(layer, change(error)),
            Self::Failed(error) => Self::Failed(change(error)),
        }
    }
}

impl Allowed {
    pub(super) fn new(
        command: &Why,
        actor: &Actor,
        question: &Question,
        policy: &PolicyRules,
        now: UnixSeconds,
    ) -> Self {
        let limits = actor.resource_limits(question, policy).into_iter();
        let limits = limits.filter(|_| question.resource.is_none());
        Self {
            actor: actor.name(),
            key: actor.id().to_string(),
            capability: command.capability.clone(),
            operation: command.operation.clone(),
            resource: command.resource.clone(),
            limits: limits
                .map(|(layer, patterns)| {
                    let patterns = patterns.iter().map(ToString::to_string);
                    (DeniedBy::name(layer), patterns.collect())
                })
                .collect(),
            expires: actor.claims().expires,
            now: now.0,
            chain: None,
        }
    }

    /// Returns the same answer for a chain in which the actor acts by `rule`.
    pub(super) fn for_others(self, rule: ChainRule) -> Self {
        Self {
            chain: Some(rule),
            ..self
        }
    }

    fn text(&self) -> String {
        let operation = self.operation.as_deref().unwrap_or("some operations");
        let (name, capability) = (&self.actor, &self.capability);
        let until = match self.expires {
            Some(at) => format!(" until {}", time::date(at)),
            None => String::new(),
        };
        let (on, now) = (self.resources(), time::date(self.now));
        let chain = match self.chain {
            None => "",
            Some(ChainRule::Own) => "; it is a service, so its callers do not matter",
            Some(ChainRule::Shrink) => "; those for whom it acts may do this, too",
        };
        format!(
            "allowed: {name} may use {operation} of {capability}{on}, by its claims{until}, the policy and its binding{chain} (at {now})"
        )
    }

    /// Returns the resources: the one in the question, or those that are allowed.
    fn resources(&self) -> String {
        if let Some(resource) = &self.resource {
            return format!(" on {resource}");
        }
        let parts = self.limits.iter().map(|(layer, patterns)| {
            let by = match self.limits.len() {
                1 => String::new(),
                _ => format!(" ({layer})"),
            };
            format!(" on {}{by}", patterns.join(","))
        });
        parts.collect::<Vec<_>>().join(" and")
    }
}

/// Prints the answer in one line; a refusal is the error.
pub(super) fn for_people(verdict: Result<Allowed, Refusal>) -> Result<(), Error> {
    match verdict {
        Ok(allowed) => output::line(&escaped(&allowed.text())),
        Err(Refusal::Denied(_, error) | Refusal::Failed(error)) => Err(error),
    }
}

/// Prints the answer as JSON. A denial is an answer, too.
pub(super) fn for_scripts(verdict: Result<Allowed, Refusal>) -> Result<(), Error> {
    match verdict {
        Ok(allowed) => {
            let limits = allowed.limits.iter();
            let limits = limits.map(|(layer, on)| json!({ "by": layer, "on": on }));
            output::json(&json!({
                "allowed": true,
                "actor": allowed.actor,
                "key": allowed.key,
                "capability": allowed.capability,
                "operation": allowed.operation,
                "resource": allowed.resource,
                "limits": limits.collect::<Vec<_>>(),
                "expires": allowed.expires,
                "chain": allowed.chain.map(|rule| match rule {
                    ChainRule::Own => "own",
                    ChainRule::Shrink => "shrink",
                }),
            }))
        }
        Err(Refusal::Denied(layer, error)) => {
            output::json(&json!({
                "allowed": false,
                "denied_by": layer,
                "errors": error.to_json(),
            }))?;
            Err(error.reported())
        }
        Err(Refusal::Failed(error)) => Err(error),
    }
}
