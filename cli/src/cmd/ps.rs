//! `capwire ps`

use crate::args::Ps;
use crate::control::{ActorEntry, Connection, HostCommand, Listing, ProviderEntry};
use crate::error::Error;
use crate::output;
use crate::table::table;
use serde_json::json;

pub(super) fn run(command: &Ps) -> Result<(), Error> {
    let host = Connection::open(command.which.host.as_deref())?;
    let listing: Listing = host.execute(HostCommand::List, &[])?;
    if command.json {
        return output::json(&json!(listing));
    }
    output::line(&actors(&listing.actors))?;
    output::line(&format!("\n{}", bindings(&listing.actors)))?;
    output::line(&format!("\n{}", providers(&listing.providers)))
}

fn actors(actors: &[ActorEntry]) -> String {
    let rows: Vec<[String; 8]> = actors
        .iter()
        .map(|actor| {
            let used = actor.instances.idle + actor.instances.busy;
            [
                named(actor),
                actor.version.clone().unwrap_or_default(),
                revision(actor),
                generation(actor),
                format!("{used}/{}", actor.instances.limit),
                actor.calls.served.to_string(),
                (actor.calls.failed + actor.calls.dropped).to_string(),
                actor.key.clone(),
            ]
        })
        .collect();
    let header = [
        "ACTOR",
        "VERSION",
        "REV",
        "GEN",
        "INSTANCES",
        "SERVED",
        "FAILED",
        "KEY",
    ];
    table(header, &rows)
}

/// Returns the name in the claims, with the aliases of the manifest.
fn named(actor: &ActorEntry) -> String {
    match actor.aliases.as_slice() {
        [] => actor.name.clone(),
        aliases => format!("{} (alias: {})", actor.name, aliases.join(", ")),
    }
}

/// Returns the number of the version that runs, with that of the canary and its share of the calls.
fn generation(actor: &ActorEntry) -> String {
    match &actor.canary {
        None => actor.generation.to_string(),
        Some(canary) => format!(
            "{} ({}: {})",
            actor.generation, canary.generation, canary.share
        ),
    }
}

/// Returns the revision that runs, with that of the manifest where a swap replaced it.
fn revision(actor: &ActorEntry) -> String {
    match actor.manifest_revision {
        None => actor.revision.to_string(),
        Some(manifest) => format!("{} (manifest: {manifest})", actor.revision),
    }
}

fn bindings(actors: &[ActorEntry]) -> String {
    let rows = actors.iter().flat_map(|actor| {
        actor.bindings.iter().map(|binding| {
            [
                actor.name.clone(),
                binding.contract.clone(),
                binding.name.clone(),
                binding.endpoints.join(" "),
            ]
        })
    });
    let header = ["BINDING OF", "CONTRACT", "NAME", "ENDPOINTS"];
    table(header, &rows.collect::<Vec<_>>())
}

/// Returns the state, with the reason of a broken provider.
fn state(provider: &ProviderEntry) -> String {
    match &provider.reason {
        None => provider.state.clone(),
        Some(reason) => format!("{}: {reason}", provider.state),
    }
}

fn providers(providers: &[ProviderEntry]) -> String {
    let rows = providers.iter().map(|provider| {
        [
            provider.provider.clone(),
            provider.version.clone(),
            provider.contract.clone(),
            provider.name.clone(),
            provider.generation.to_string(),
            provider.restarts.to_string(),
            state(provider),
        ]
    });
    let header = [
        "PROVIDER", "VERSION", "CONTRACT", "NAME", "GEN", "RESTARTS", "STATE",
    ];
    table(header, &rows.collect::<Vec<_>>())
}
