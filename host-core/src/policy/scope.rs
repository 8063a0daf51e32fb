//! Capabilities and how far they go, in the form in which each call asks for them.

use super::permission::{self, Permission};
use crate::id::{ActorId, ContractId};
use crate::invocation::Target;
use capwire_wascap::{Grant, Rule};
use std::collections::HashMap;
use std::hash::Hash;

/// What may be used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    contracts: HashMap<ContractId, Scope>,
    actors: HashMap<ActorId, Scope>,
}

/// How far one capability may be used.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// Everything if `None`.
    rules: Option<Vec<Rule>>,
}

/// What a scope says to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// That depends on the resource.
    Depends,
}

impl Reach {
    /// Adds `capability` as far as `rules` go. One that names nothing adds nothing.
    pub(crate) fn add(&mut self, capability: &str, rules: Option<&[Rule]>) {
        if let Some(actor) = permission::actor(capability) {
            widen(&mut self.actors, actor, rules);
        } else if let Ok(contract) = ContractId::new(capability) {
            widen(&mut self.contracts, contract, rules);
        }
    }

    /// How far `target` may be used, if at all.
    pub(crate) fn scope(&self, target: &Target) -> Option<&Scope> {
        match target {
            Target::Actor(actor) => self.actors.get(actor),
            Target::Capability(id) => self.contracts.get(&id.contract),
        }
    }
}

impl<'p> FromIterator<&'p Permission> for Reach {
    fn from_iter<I: IntoIterator<Item = &'p Permission>>(permissions: I) -> Self {
        let mut reach = Self::default();
        for permission in permissions {
            let rules = permission.rule().map(std::slice::from_ref);
            reach.add(permission.capability(), rules);
        }
        reach
    }
}

impl Scope {
    /// Whether `operation` may be used, whatever it is about.
    pub(crate) fn answer(&self, operation: &str) -> Answer {
        let grant = self.grant();
        if self.rules.is_none() || grant.allows(operation, None) {
            Answer::Yes
        } else if grant.depends_on_resource(operation) {
            Answer::Depends
        } else {
            Answer::No
        }
    }

    /// Whether `operation` may be used on `resource`.
    pub(crate) fn allows(&self, operation: &str, resource: &str) -> bool {
        self.grant().allows(operation, Some(resource))
    }

    /// What it grants, for people.
    pub(crate) fn shown(&self) -> String {
        let rules = self.rules.as_deref().unwrap_or_default().iter();
        let rules = rules.map(|rule| format!("[{}]", permission::Shown(rule)));
        rules.collect::<Vec<_>>().join(" ")
    }

    fn grant(&self) -> Grant<'_> {
        Grant::by(self.rules.as_deref())
    }
}

/// Several grants of one capability add up: it may be named by aliases.
fn widen<K: Eq + Hash>(scopes: &mut HashMap<K, Scope>, key: K, rules: Option<&[Rule]>) {
    let empty = Scope {
        rules: Some(Vec::new()),
    };
    let scope = scopes.entry(key).or_insert(empty);
    scope.rules = match (scope.rules.take(), rules) {
        (Some(mut known), Some(rules)) => {
            known.extend_from_slice(rules);
            Some(known)
        }
        _ => None,
    };
}
