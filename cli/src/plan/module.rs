//! The plan of a single module without a manifest.

use super::actors::{self, Actors, PlannedActor};
use super::providers::Providers;
use super::{Builtin, Plan, PlannedBinding, allowed, warnings};
use crate::admission::Judge;
use crate::error::Error;
use crate::place::Place;
use capwire::provider::Config;
use capwire::{ActorOptions, BindingKey, BindingName, ContractId};
use std::collections::BTreeMap;
use std::path::Path;

/// The port of an HTTP server without a manifest.
const PORT: u16 = 8080;

/// Returns `true` if `bytes` are a module or a component rather than the text of a manifest.
pub(super) fn is_module(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm")
}

/// Plans the module in `bytes`, the file at `path`, bound to the default provider of each contract that it claims. An
/// HTTP server listens on `port`. Adds errors to `faults`.
pub(super) fn plan(
    path: &Path,
    bytes: Vec<u8>,
    port: Option<u16>,
    judge: &Judge,
    faults: &mut Vec<Error>,
) -> Plan {
    let actors = actors::of_module(path, bytes, ActorOptions::default(), judge, faults);
    let mut providers = Providers::declared(path, &[], judge, faults);
    let mut bindings = Vec::new();
    for actor in &actors.right {
        for contract in claimed(actor) {
            let planned = bind(actor, contract, port, &mut providers, faults);
            bindings.extend(planned.and_then(|one| allowed(one, &actors, judge, faults)));
        }
    }
    if let (Some(_), Some(actor)) = (port, actors.right.first())
        && !bindings
            .iter()
            .any(|binding| binding.provider.opens_actors())
    {
        let problem = format_args!("`{}` does not claim wascc:http_server", actor.actor.name());
        let help = "remove `--port`, or sign it with `--cap wascc:http_server`";
        faults.push(actor.place.error(problem).help(help));
    }
    bindings.sort_by_key(|binding| binding.provider.opens_actors());
    Plan {
        labels: BTreeMap::new(),
        warnings: unplanned(path, &actors, &bindings, faults),
        actors: actors.right,
        providers: providers.into_planned().collect(),
        bindings,
        unset: Vec::new(),
    }
}

fn unplanned(
    path: &Path,
    actors: &Actors,
    bindings: &[PlannedBinding],
    faults: &[Error],
) -> Vec<Error> {
    match faults.is_empty() {
        true => warnings::of(path, actors, bindings),
        false => Vec::new(),
    }
}

/// Returns the contracts that the actor claims, each once.
fn claimed(actor: &PlannedActor) -> Vec<ContractId> {
    let caps = actor.actor.claims().metadata.caps.iter();
    let mut contracts: Vec<ContractId> = caps.filter_map(|id| ContractId::new(id).ok()).collect();
    contracts.sort();
    contracts.dedup();
    contracts
}

/// Returns a binding to the default provider of `contract`, if there is one.
fn bind(
    actor: &PlannedActor,
    contract: ContractId,
    port: Option<u16>,
    providers: &mut Providers,
    faults: &mut Vec<Error>,
) -> Option<PlannedBinding> {
    Builtin::default_of(&contract)?;
    let key = BindingKey::new(actor.id(), contract, BindingName::default());
    let provided = providers.provide(&key.provider, &actor.place);
    let provider = provided.map_err(|error| faults.push(error)).ok()?;
    let port = port.unwrap_or(PORT).to_string();
    let values = provider.opens_actors().then_some(("PORT", port));
    let config: Config = values.into_iter().collect();
    let listens = provider
        .check(&config, Some(&actor.options))
        .map_err(|error| faults.push(actor.place.error(error)))
        .ok()?;
    Some(PlannedBinding {
        key,
        actor: actor.actor.name(),
        config,
        place: actor.place.clone(),
        provider,
        listens,
    })
}

/// Returns the error that `--port` is given together with a manifest.
pub(super) fn port_of_manifest(path: &Path) -> Error {
    Place::whole(path)
        .error("`--port` is for a module, and this is a manifest")
        .help("set `PORT` in the `values` of its binding to wascc:http_server")
}
