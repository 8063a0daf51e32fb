//! The narrowest permissions that cover the recorded uses of an actor.

use crate::error::Error;
use crate::record::{self, By, MOST, Use};
use capwire::Permission;
use capwire::contracts::resource;
use capwire::wascap::{Pattern, PublicKey, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A proposed permission and its reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    pub(super) permission: Permission,
    pub(super) reason: String,
}

/// The maximum number of resources that are listed one by one.
const FEW: usize = 8;

/// The characters that may end a common prefix of names.
const SEPARATORS: [char; 5] = [':', '/', '.', '-', '_'];

/// The uses of one capability.
#[derive(Default)]
struct Usage<'u> {
    /// The operations that a provider called on the actor.
    called: BTreeSet<&'u str>,
    /// The operations that the actor called, and their resources.
    asked: BTreeMap<&'u str, BTreeSet<Option<&'u str>>>,
}

/// Returns proposals for the uses of `actor` that `files` record.
pub(super) fn proposals(files: &[PathBuf], actor: PublicKey) -> Result<Vec<Proposal>, Error> {
    let mut uses = Vec::new();
    for file in files {
        let recorded = record::read(file)?;
        if recorded.len() >= MOST {
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
    match own.is_empty() {
        true => Err(unknown(&actor, &uses)),
        false => by_capability(&own),
    }
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
                reason: format!("its provider called the actor for {}", called.join(", ")),
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
        let Some(kind) = resource::kind(capability) else {
            return anything("");
        };
        let known: Option<Vec<&str>> = resources.iter().copied().collect();
        let Some(known) = known else {
            return anything(&format!(" on {kind} that are not known for certain"));
        };
        let count = known.len();
        if count <= FEW || kind == "hosts" {
            let kind = match count {
                1 => kind.trim_end_matches('s'),
                _ => kind,
            };
            let shown = format!(" on {count} {kind}: {}", known.join(", "));
            return match patterns(&known) {
                Some(patterns) => Self {
                    patterns: Some(patterns),
                    shown,
                },
                None => anything(&format!("{shown}, which cannot be written as a claim")),
            };
        }
        let start = common_start(&known);
        match patterns(&[start]) {
            Some(_) => Self {
                patterns: format!("{start}*")
                    .parse()
                    .ok()
                    .map(|pattern| vec![pattern]),
                shown: format!(" on {count} {kind} that begin with `{start}`"),
            },
            None => anything(&format!(" on {count} {kind} that have nothing in common")),
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
        let reason = format!("it asked for {}{}", operations.join(", "), self.shown);
        Ok(Proposal { permission, reason })
    }
}

/// Returns the names as patterns, if they contain no character with a special meaning in claims.
fn patterns(resources: &[&str]) -> Option<Vec<Pattern>> {
    let plain = |resource: &&str| {
        let special = |letter: char| "*,[]".contains(letter) || letter.is_control();
        !resource.is_empty() && resource.trim() == *resource && !resource.contains(special)
    };
    let all = resources.iter().all(plain);
    let patterns = || resources.iter().map(|resource| resource.parse().ok());
    all.then(patterns)?.collect()
}

/// Returns the common prefix of all `names`, up to the last separator if there is one.
fn common_start<'n>(names: &[&'n str]) -> &'n str {
    let Some((first, rest)) = names.split_first() else {
        return "";
    };
    let common = |other: &&str| {
        let pairs = first.chars().zip(other.chars());
        let same = pairs.take_while(|(one, other)| one == other);
        same.map(|(one, _)| one.len_utf8()).sum()
    };
    let length: usize = rest.iter().map(common).min().unwrap_or(first.len());
    let start = first.get(..length).unwrap_or_default();
    match start.rfind(SEPARATORS) {
        Some(end) => start.get(..=end).unwrap_or(start),
        None => start,
    }
}

#[cfg(test)]
mod tests;
