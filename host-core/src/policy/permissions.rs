//! Permissions compiled for fast look-up, because each call of an actor needs one.

use super::permission::{self, Permission};
use super::request::Asked;
use crate::id::{ActorId, ContractId, Target};
use capwire_wascap::{Grant, Pattern, Rule};
use std::collections::HashMap;
use std::hash::Hash;

/// Permissions by target.
#[derive(Clone, Debug, Default)]
pub(crate) struct Permissions {
    contracts: HashMap<ContractId, CapabilityRules>,
    actors: HashMap<ActorId, CapabilityRules>,
}

/// The rules for one capability.
#[derive(Clone, Debug)]
pub(crate) struct CapabilityRules {
    /// Everything if `None`.
    rules: Option<Vec<Rule>>,
}

/// The decision of rules about an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allow,
    Deny,
    /// The decision depends on the resource in the message.
    DependsOnResource,
}

impl Permissions {
    /// Adds `capability` within `rules`, or all of it if there are none. An invalid name adds
    /// nothing.
    pub(crate) fn add(&mut self, capability: &str, rules: Option<&[Rule]>) {
        if let Some(actor) = permission::actor(capability) {
            widen(&mut self.actors, actor, rules);
        } else if let Ok(contract) = ContractId::new(capability) {
            widen(&mut self.contracts, contract, rules);
        }
    }

    /// Returns the rules for `target`, if it may be used at all.
    pub(crate) fn rules_of(&self, target: &Target) -> Option<&CapabilityRules> {
        match target {
            Target::Actor(actor) => self.actors.get(actor),
            Target::Capability(id) => self.contracts.get(&id.contract),
        }
    }
}

impl<'p> FromIterator<&'p Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = &'p Permission>>(permissions: I) -> Self {
        let mut all = Self::default();
        for permission in permissions {
            let rules = permission.rule().map(std::slice::from_ref);
            all.add(permission.capability(), rules);
        }
        all
    }
}

impl CapabilityRules {
    /// Decides about `asked`, whatever its message names.
    pub(crate) fn decide(&self, asked: Asked<'_>) -> Decision {
        let grant = self.grant();
        let mut names = asked.names();
        if self.rules.is_none() || names.any(|name| grant.allows(name, None)) {
            Decision::Allow
        } else if self.named(asked).next().is_some() {
            Decision::DependsOnResource
        } else {
            Decision::Deny
        }
    }

    /// Returns whether `asked` may be used on `resource`.
    pub(crate) fn allows(&self, asked: Asked<'_>, resource: &str) -> bool {
        let grant = self.grant();
        asked.names().any(|name| grant.allows(name, Some(resource)))
    }

    /// Returns the rules that name `asked`, or an operation within it.
    fn named<'a>(&'a self, asked: Asked<'a>) -> impl Iterator<Item = &'a Rule> {
        let rules = self.rules.as_deref().unwrap_or_default().iter();
        rules.filter(move |rule| {
            let names = |names: &Vec<String>| names.iter().any(|name| asked.meets(name));
            rule.ops.as_ref().is_none_or(names)
        })
    }

    /// Returns the patterns of the rules that name `asked`, each once. A rule without patterns, for
    /// a part of the operation, matches every resource.
    pub(crate) fn patterns(&self, asked: Asked<'_>) -> Vec<Pattern> {
        let named = self.named(asked);
        let mut patterns: Vec<Pattern> = Vec::new();
        for rule in named {
            let all = || "*".parse().into_iter().collect();
            for pattern in rule.on.clone().unwrap_or_else(all) {
                if !patterns.contains(&pattern) {
                    patterns.push(pattern);
                }
            }
        }
        patterns
    }

    /// The rules as text for people.
    pub(crate) fn shown(&self) -> String {
        let rules = self.rules.as_deref().unwrap_or_default().iter();
        let rules = rules.map(|rule| format!("[{}]", permission::Shown(rule)));
        rules.collect::<Vec<_>>().join(" ")
    }

    fn grant(&self) -> Grant<'_> {
        Grant::by(self.rules.as_deref())
    }
}

/// Several grants of one capability add up, because aliases may name it twice.
fn widen<K: Eq + Hash>(table: &mut HashMap<K, CapabilityRules>, key: K, rules: Option<&[Rule]>) {
    let empty = CapabilityRules {
        rules: Some(Vec::new()),
    };
    let entry = table.entry(key).or_insert(empty);
    entry.rules = match (entry.rules.take(), rules) {
        (Some(mut known), Some(rules)) => {
            known.extend_from_slice(rules);
            Some(known)
        }
        _ => None,
    };
}
