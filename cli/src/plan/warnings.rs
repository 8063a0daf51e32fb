//! What a manifest probably does not mean, although a host can run it.

use super::actors::{Actors, PlannedActor};
use super::{Builtin, PlannedBinding, admit};
use crate::error::Error;
use crate::known;
use crate::place::Place;
use crate::remedy;
use capwire::{ActorId, ContractId, Permission};
use capwire_manifest::{At, Position};
use std::path::Path;

/// Returns warnings about `actors` with `bindings`, which have no faults.
pub(super) fn of(manifest: &Path, actors: &Actors, bindings: &[PlannedBinding]) -> Vec<Error> {
    let mut warnings = actors.taken_names();
    if actors.right.is_empty() {
        warnings.push(no_actors(manifest));
    }
    for actor in &actors.right {
        warnings.extend(admit::warning(actor));
        warnings.extend(misspelt(actor));
        warnings.extend(unbound(actor, bindings));
        warnings.extend(absent(actor, &actors.right));
    }
    warnings
}

fn no_actors(manifest: &Path) -> Error {
    let position = Position { line: 1, column: 1 };
    let start = At {
        value: (),
        position,
    };
    Place::of(manifest, &start)
        .error("the manifest has no actors, so a host of it does nothing")
        .help("add the files of signed modules to `actors`")
}

/// Warns of capabilities and operations that no contract has.
fn misspelt(actor: &PlannedActor) -> Vec<Error> {
    let permissions = permissions(actor);
    let unknown = permissions.iter().flat_map(known::misspelt);
    let warn = |unknown: known::Unknown| {
        let (name, problem) = (actor.actor.name(), unknown.problem);
        let problem = format_args!("`{name}` claims something unknown: {problem}");
        actor.place.error(problem).help(unknown.help)
    };
    unknown.map(warn).collect()
}

/// Warns of known contracts that the actor claims and that nothing binds it to.
fn unbound(actor: &PlannedActor, bindings: &[PlannedBinding]) -> Vec<Error> {
    let claimed = actor.actor.claims().metadata.caps.iter();
    let contracts = claimed.filter_map(|id| ContractId::new(id).ok());
    let mut unbound: Vec<ContractId> = contracts
        .filter(|contract| known::contract(contract.as_str()).is_none())
        .filter(|contract| contract.as_str().parse::<ActorId>().is_err())
        .filter(|contract| {
            let bound = |binding: &PlannedBinding| {
                binding.key.actor == actor.id() && binding.key.provider.contract == *contract
            };
            !bindings.iter().any(bound)
        })
        .collect();
    unbound.sort();
    unbound.dedup();
    let warn = |contract: &ContractId| {
        let name = actor.actor.name();
        let problem = format_args!(
            "`{name}` claims `{contract}`, but has no binding to it: its calls will fail"
        );
        actor
            .place
            .error(problem)
            .help(how_to_bind(actor, contract))
    };
    unbound.iter().map(warn).collect()
}

/// Returns how to bind `actor` to `contract`.
pub(crate) fn how_to_bind(actor: &PlannedActor, contract: &ContractId) -> String {
    if Builtin::default_of(contract).is_none() {
        return no_provider_of(contract.as_str());
    }
    let (key, name) = (actor.id().to_string(), actor.actor.name());
    let is_name = capwire_text::is_plain(&name) && name.parse::<ActorId>().is_err();
    let actor = if is_name { name } else { key };
    let contract = remedy::quoted(contract.as_str());
    format!("add `- {{ actor: {actor}, capability: \"{contract}\" }}` to `bindings`")
}

/// Returns the advice about a contract that no built-in provider serves.
pub(crate) fn no_provider_of(contract: &str) -> String {
    let contract = capwire_text::word(contract, "CAPABILITY");
    format!(
        "no provider of {contract} is built in: embed the host in a program with a provider of your own, or do without it"
    )
}

/// Warns of actors that the actor may call and that the manifest does not have.
fn absent(actor: &PlannedActor, all: &[PlannedActor]) -> Vec<Error> {
    let claimed = actor.actor.claims().metadata.caps.iter();
    let callable = claimed.filter_map(|id| id.parse::<ActorId>().ok());
    let absent = callable.filter(|id| !all.iter().any(|other| other.id() == *id));
    let warn = |id: ActorId| {
        let name = actor.actor.name();
        let problem =
            format_args!("`{name}` may call the actor {id}, which `actors` does not have");
        actor.place.error(problem).help("add its file to `actors`")
    };
    absent.map(warn).collect()
}

fn permissions(actor: &PlannedActor) -> Vec<Permission> {
    let metadata = &actor.actor.claims().metadata;
    let permissions = metadata.caps.iter().flat_map(|id| {
        let rules = metadata.narrow.get(id).into_iter().flatten();
        let narrow = rules.map(|rule| Permission::new(id, Some(rule.clone())));
        let mut all: Vec<_> = narrow.collect();
        if all.is_empty() {
            all.push(Permission::new(id, None));
        }
        all
    });
    permissions.filter_map(Result::ok).collect()
}
