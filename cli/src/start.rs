//! Starts the actors and providers of a plan.

use crate::error::Error;
use crate::factory::Opener;
use crate::plan::{Opening, Plan, PlannedActor, PlannedBinding, PlannedProvider, unbindable};
use crate::progress;
use crate::remedy;
use capwire::{ActorId, ErrorKind, Host, ProviderId};

/// Starts all of `plan`; returns the URLs at which it listens. If this fails, the caller must stop
/// the host.
pub(crate) async fn start(
    host: &Host,
    plan: Plan,
    opening: &Opening,
) -> Result<Vec<String>, Error> {
    let aliases = plan.actors.iter();
    let aliases = aliases.filter_map(|actor| Some((actor.alias.clone()?, actor.id())));
    set_aliases(host, aliases)?;
    add_providers(host, plan.providers, opening).await?;
    for planned in plan.actors {
        start_actor(host, planned).await?;
    }
    let mut endpoints = Vec::new();
    for binding in plan.bindings {
        endpoints.extend(bind(host, binding).await?);
    }
    Ok(endpoints)
}

/// Opens `providers`, and gives them to `host`.
pub(crate) async fn add_providers(
    host: &Host,
    providers: impl IntoIterator<Item = (ProviderId, PlannedProvider)>,
    opening: &Opening,
) -> Result<(), Error> {
    for (id, provider) in providers {
        let factory = Opener::new(provider, id.name.clone(), opening.clone());
        add_provider(host, &id, factory.opened().await?).await?;
    }
    Ok(())
}

/// Gives `host` a provider that `opener` has opened.
pub(crate) async fn add_provider(
    host: &Host,
    id: &ProviderId,
    opener: Opener,
) -> Result<(), Error> {
    let refused = |error| Error::failure(format!("cannot load {id}")).because(error);
    let added = host.open_provider(id.name.clone(), opener).await;
    added.map(drop).map_err(refused)
}

/// Gives actors their aliases, in place of all that there are.
pub(crate) fn set_aliases(
    host: &Host,
    aliases: impl IntoIterator<Item = (String, ActorId)>,
) -> Result<(), Error> {
    host.set_aliases(aliases)
        .map_err(|error| Error::failure("cannot give actors their aliases").because(error))
}

/// Starts an actor.
pub(crate) async fn start_actor(host: &Host, planned: PlannedActor) -> Result<(), Error> {
    let (place, file) = (planned.place, planned.file);
    let doing = format!("compiling {}", file.display());
    let started = progress::during(
        &doing,
        host.start_actor_with(planned.actor, planned.options),
    )
    .await;
    started.map(drop).map_err(|error| {
        let otherwise = || match error.kind() {
            ErrorKind::Invalid => format!(
                "see what it needs with `capwire inspect {}`",
                remedy::file(&file)
            ),
            _ => "the fault is in the actor: correct it, or ask its author".to_owned(),
        };
        let help = remedy::of_start(&error).unwrap_or_else(otherwise);
        place
            .error(format_args!("the actor `{}` cannot start", file.display()))
            .because(error)
            .help(help)
    })
}

/// Makes one binding; returns the URLs at which it listens.
pub(crate) async fn bind(host: &Host, binding: PlannedBinding) -> Result<Vec<String>, Error> {
    let failed = unbindable(&binding);
    let bound = host.bind(binding.key, binding.config).await;
    bound
        .map(|bound| bound.endpoints)
        .map_err(|error| failed.because(error))
}
