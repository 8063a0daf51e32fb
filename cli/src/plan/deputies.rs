//! Actors that may do for others what these may not do themselves.

use super::actors::PlannedActor;
use crate::error::Error;
use capwire::{ActorId, ContractId, PolicyRules};
use std::collections::BTreeSet;

/// Returns a note for each actor that may use capabilities for a caller which does not claim them, unless the
/// manifest or `policy` says by which authority it acts.
pub(crate) fn notes(actors: &[PlannedActor], policy: &PolicyRules) -> Vec<Error> {
    let silent = actors.iter().filter(|callee| {
        callee.chain.is_none() && policy.chain_of(callee.actor.claims()).is_none()
    });
    let pairs = silent.flat_map(|callee| actors.iter().map(move |caller| (caller, callee)));
    let others = pairs.filter(|(caller, callee)| caller.id() != callee.id());
    others
        .filter_map(|(caller, callee)| note(caller, callee))
        .collect()
}

fn note(caller: &PlannedActor, callee: &PlannedActor) -> Option<Error> {
    let claimed = &caller.actor.claims().metadata.caps;
    let calls = |id: &String| id.parse::<ActorId>().is_ok_and(|id| id == callee.id());
    if !claimed.iter().any(calls) {
        return None;
    }
    let own = contracts(caller);
    let beyond: Vec<String> = contracts(callee)
        .difference(&own)
        .map(|contract| format!("`{contract}`"))
        .collect();
    if beyond.is_empty() {
        return None;
    }
    let (caller, name) = (caller.actor.name(), callee.actor.name());
    let problem = format_args!(
        "`{name}` may use {} for `{caller}`, which does not claim it",
        beyond.join(", ")
    );
    let help = "give it `chain: own` if it is a service, or `chain: shrink` to limit it to what both may do";
    Some(callee.place.error(problem).help(help))
}

fn contracts(actor: &PlannedActor) -> BTreeSet<ContractId> {
    let claimed = actor.actor.claims().metadata.caps.iter();
    let contracts = claimed.filter(|id| id.parse::<ActorId>().is_err());
    contracts
        .filter_map(|id| ContractId::new(id).ok())
        .collect()
}
