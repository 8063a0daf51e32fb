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

/// The proposals for an actor, and the reasons for which they may be too narrow.
#[derive(Default)]
pub(super) struct Proposals {
    pub(super) list: Vec<Proposal>,
    pub(super) warnings: Vec<String>,
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
    let mut proposals = by_capability(&own)?;
    if own.len() < SMALL {
        proposals.warnings.push(small(own.len()));
    }
    Ok(proposals)
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

fn by_capability(uses: &[&Use]) -> Result<Proposals, Error> {
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
    let mut proposals = Proposals::default();
    for (capability, usage) in usages {
        usage.propose(capability, &mut proposals).map_err(|error| {
            Error::unreadable("cannot propose a capability from the record").because(error)
        })?;
    }
    Ok(proposals)
}

impl Usage<'_> {
    fn propose(
        &self,
        capability: &str,
        proposals: &mut Proposals,
    ) -> Result<(), capwire::PermissionError> {
        if !self.called.is_empty() {
            let called: Vec<&str> = self.called.iter().copied().collect();
            proposals.list.push(Proposal {
                permission: Permission::new(capability, None)?,
                reason: format!(
                    "its provider called the actor for {}",
                    listed(&called, "OPERATION")
                ),
            });
            return Ok(());
        }
        let mut alike: BTreeMap<Scope, Vec<&str>> = BTreeMap::new();
        for (operation, resources) in &self.asked {
            let narrow = Narrow::of(capability, operation, resources);
            proposals.warnings.extend(narrow.warning);
            if let Some(scope) = narrow.scope {
                alike.entry(scope).or_default().push(operation);
            }
        }
        for (scope, operations) in alike {
            proposals
                .list
                .push(scope.proposal(capability, &operations)?);
        }
        Ok(())
    }
}

/// The part of an operation's uses that claims can name. A name that claims cannot express must not
/// widen them, because a guest or its client chose it.
struct Narrow {
    /// `None` if claims can name nothing of it.
    scope: Option<Scope>,
    /// The reason why some uses are left out.
    warning: Option<String>,
}

impl Narrow {
    fn of(capability: &str, operation: &str, resources: &BTreeSet<Option<&str>>) -> Self {
        if !is_operation(capability, operation) {
            let shown = word(operation, "OPERATION");
            return Self {
                scope: None,
                warning: Some(format!(
                    "the operation {shown} of {capability} is left out: no claim can name it"
                )),
            };
        }
        let known = || resources.iter().flatten().copied();
        let declared = known_operations(capability).is_none() && known().next().is_some();
        let Some(kind) = resource::kind(capability).or(declared.then_some("resources")) else {
            let scope = Some(Scope::anything(String::new()));
            return Self {
                scope,
                warning: None,
            };
        };
        let names: Vec<&str> = known().filter(|name| is_claimable(name)).collect();
        let left_out = resources.len() - names.len();
        Self {
            scope: (!names.is_empty()).then(|| Scope::of(kind, &names)),
            warning: (left_out > 0).then(|| left_out_of(capability, operation, kind, left_out)),
        }
    }
}

/// Returns the warning that `count` resources are left out.
fn left_out_of(capability: &str, operation: &str, kind: &str, count: usize) -> String {
    let operation = word(operation, "OPERATION");
    let (count, kind, are) = match count {
        1 => ("one", kind.trim_end_matches('s'), "is"),
        _ => ("several", kind, "are"),
    };
    format!(
        "{count} {kind} of {operation} {are} left out, because a claim cannot name the {kind}. If the actor needs more than the others, add `--cap '{capability}[{operation}]'`, which allows all"
    )
}

/// Returns true if a claim for `capability` can name the operation.
fn is_operation(capability: &str, operation: &str) -> bool {
    let known = known_operations(capability);
    let is_known = known.is_none_or(|known| {
        known.contains(&operation) || resource::within(capability, operation).is_some()
    });
    let rule = Rule::new().operations([operation]);
    let permission = Permission::new(capability, Some(rule));
    // Operations are names that a guest chose: the text may mean something else.
    let is_read_as_meant = permission.is_ok_and(|permission| {
        let read = permission.to_string().parse::<Permission>();
        read.is_ok_and(|read| read == permission)
    });
    is_known && is_read_as_meant
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
    fn anything(shown: String) -> Self {
        Self {
            patterns: None,
            shown,
        }
    }

    /// Returns the scope of the resources `names`, each of which a claim can name.
    fn of(kind: &str, names: &[&str]) -> Self {
        let families = match kind {
            "hosts" => names.iter().copied().map(Family::one).collect(),
            _ => families(names),
        };
        let count = names.len();
        if families.len() > FEW && kind != "hosts" {
            let shown = format!(" on {count} {kind} that have nothing in common");
            return Self::anything(shown);
        }
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
        let permission = Permission::new(capability, Some(rule))?;
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

/// Returns true if the name contains no character with a special meaning in claims.
fn is_claimable(name: &str) -> bool {
    let special = |letter: char| "*,[]".contains(letter) || letter.is_control();
    !name.is_empty() && name.trim() == name && !name.contains(special)
}

#[cfg(test)]
mod tests;
