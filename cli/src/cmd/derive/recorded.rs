//! The narrowest permissions that cover the recorded uses of an actor.

mod family;

use crate::error::Error;
use crate::record;
use capwire::Permission;
use capwire::contracts::{known_operations, resource};
use capwire::record::{By, MAX_USES, Use};
use capwire::wascap::{Pattern, PublicKey, Rule};
use capwire_text::{is_plain, word};
use family::{Family, families};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A proposed permission and its reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    pub(super) permission: Permission,
    pub(super) reason: String,
}

impl Proposal {
    /// Returns the proposal in one line, with the option that grants it where a shell reads that as
    /// it is meant. Guests chose the names in it.
    pub(super) fn shown(&self) -> String {
        let Self { permission, reason } = self;
        let permission = permission.to_string();
        let words = permission.split([' ', ',', '*', '[', ']']);
        match words.filter(|word| !word.is_empty()).all(is_plain) {
            true => format!("  --cap '{permission}'    because {reason}"),
            false => format!("  a permission that no option can name    because {reason}"),
        }
    }
}

/// The maximum number of patterns for one operation; more say that its resources are arbitrary.
const FEW: usize = 8;

/// The number of distinct uses below which a record may lack uses that are only less frequent.
const SMALL: usize = 10;

/// The uses of one capability.
#[derive(Default)]
struct Usage<'u> {
    /// The operations that a provider called on the actor.
    called: BTreeSet<&'u str>,
    /// The operations that the actor called, and their resources.
    asked: BTreeMap<&'u str, BTreeSet<Option<&'u str>>>,
}

/// The proposals for an actor, and a warning if they may be too narrow.
pub(super) struct Proposals {
    pub(super) list: Vec<Proposal>,
    pub(super) warning: Option<String>,
}

/// Returns proposals for the uses of `actor` that `files` record.
pub(super) fn proposals(files: &[PathBuf], actor: PublicKey) -> Result<Proposals, Error> {
    let mut uses = Vec::new();
    for file in files {
        let recorded = record::read(file)?;
        if recorded.len() >= MAX_USES {
            let problem = format!(
                "the record `{}` is full, so it may be incomplete",
                file.display()
            );
            return Err(Error::failure(problem).help("record fewer different uses"));
        }
        uses.extend(recorded);
    }
    let actor = actor.to_string();
    let own: Vec<&Use> = uses.iter().filter(|one| one.actor == actor).collect();
    if own.is_empty() {
        return Err(unknown(&actor, &uses));
    }
    Ok(Proposals {
        list: by_capability(&own)?,
        warning: (own.len() < SMALL).then(|| small(own.len())),
    })
}

/// Returns the warning that a record has only `count` different uses.
fn small(count: usize) -> String {
    let uses = if count == 1 { "use" } else { "uses" };
    format!(
        "the record has only {count} different {uses} of this actor. Calls that it does not show will be denied: record for longer, or add permissions with `--cap`"
    )
}

fn unknown(actor: &str, uses: &[Use]) -> Error {
    let others: BTreeSet<&str> = uses.iter().map(|one| one.actor.as_str()).collect();
    let others: Vec<&str> = others.into_iter().collect();
    let error = Error::failure(format!("no use of the actor {actor} is recorded"));
    match others.is_empty() {
        true => error.help("run it with `capwire run --record FILE`, and send it requests"),
        false => error.help(format!(
            "sign with the `--subject` of an actor in the record: {}",
            others.join(", ")
        )),
    }
}

fn by_capability(uses: &[&Use]) -> Result<Vec<Proposal>, Error> {
    let mut usages: BTreeMap<&str, Usage<'_>> = BTreeMap::new();
    for one in uses {
        let usage = usages.entry(&one.capability).or_default();
        match one.by {
            By::Provider => {
                usage.called.insert(&one.operation);
            }
            By::Actor => {
                let resources = usage.asked.entry(&one.operation).or_default();
                resources.insert(one.resource.as_deref());
            }
        }
    }
    let proposals = usages
        .iter()
        .map(|(capability, usage)| usage.proposals(capability));
    let proposals: Result<Vec<_>, capwire::PermissionError> = proposals.collect();
    let proposals = proposals.map_err(|error| {
        Error::unreadable("cannot propose a capability from the record").because(error)
    })?;
    Ok(proposals.into_iter().flatten().collect())
}

impl Usage<'_> {
    fn proposals(&self, capability: &str) -> Result<Vec<Proposal>, capwire::PermissionError> {
        if !self.called.is_empty() {
            let called: Vec<&str> = self.called.iter().copied().collect();
            return Ok(vec![Proposal {
                permission: Permission::new(capability, None)?,
                reason: format!(
                    "its provider called the actor for {}",
                    listed(&called, "OPERATION")
                ),
            }]);
        }
        let mut alike: BTreeMap<Scope, Vec<&str>> = BTreeMap::new();
        for (operation, resources) in &self.asked {
            let scope = Scope::of(capability, resources);
            alike.entry(scope).or_default().push(operation);
        }
        let proposals = alike.into_iter();
        proposals
            .map(|(scope, operations)| scope.proposal(capability, &operations))
            .collect()
    }
}

/// The resources of some operations, as far as claims can express them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Scope {
    /// `None` if they cannot be expressed.
    patterns: Option<Vec<Pattern>>,
    /// For people.
    shown: String,
}

impl Scope {
    fn of(capability: &str, resources: &BTreeSet<Option<&str>>) -> Self {
        let anything = |shown: &str| Self {
            patterns: None,
            shown: shown.to_owned(),
        };
        let known: Option<Vec<&str>> = resources.iter().copied().collect();
        let declared = known_operations(capability).is_none() && known.is_some();
        let Some(kind) = resource::kind(capability).or(declared.then_some("resources")) else {
            return anything("");
        };
        let Some(known) = known else {
            return anything(&format!(" on {kind} that are not known for certain"));
        };
        if !are_plain(&known) {
            let shown = listed(&known, "RESOURCE");
            return anything(&format!(
                " on {kind}: {shown}, which cannot be written as a claim"
            ));
        }
        let families = match kind {
            "hosts" => known.iter().copied().map(Family::one).collect(),
            _ => families(&known),
        };
        if families.len() > FEW && kind != "hosts" {
            let count = known.len();
            return anything(&format!(" on {count} {kind} that have nothing in common"));
        }
        let count = known.len();
        let kind = match count {
            1 => kind.trim_end_matches('s'),
            _ => kind,
        };
        let shown: Vec<String> = families.iter().map(Family::shown).collect();
        let parsed = families.iter().map(|family| family.pattern().parse().ok());
        Self {
            patterns: parsed.collect(),
            shown: format!(" on {count} {kind}: {}", shown.join(", ")),
        }
    }

    fn proposal(
        self,
        capability: &str,
        operations: &[&str],
    ) -> Result<Proposal, capwire::PermissionError> {
        let mut rule = Rule::new().operations(operations.iter().copied());
        if let Some(patterns) = self.patterns {
            rule = rule.resources(patterns);
        }
        let narrow = Permission::new(capability, Some(rule))?;
        // Operations are names that a guest chose: they may not be those of a permission.
        let permission = match narrow.to_string().parse::<Permission>() {
            Ok(read) if read == narrow => narrow,
            _ => Permission::new(capability, None)?,
        };
        let asked = listed(operations, "OPERATION");
        let reason = format!("it asked for {asked}{}", self.shown);
        Ok(Proposal { permission, reason })
    }
}

/// Returns the names, with `placeholder` for each that a shell could interpret: guests chose them,
/// and people copy the lines in which they stand.
fn listed(names: &[&str], placeholder: &str) -> String {
    let names: Vec<&str> = names.iter().map(|name| word(name, placeholder)).collect();
    names.join(", ")
}

/// Returns `true` if no name contains a character with a special meaning in claims.
fn are_plain(names: &[&str]) -> bool {
    names.iter().all(|name| {
        let special = |letter: char| "*,[]".contains(letter) || letter.is_control();
        !name.is_empty() && name.trim() == *name && !name.contains(special)
    })
}

#[cfg(test)]
mod tests;
