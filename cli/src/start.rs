//! Starts the actors and providers of a plan.

use crate::error::Error;
use crate::factory::Opener;
use crate::plan::{Opening, Plan, PlannedActor, PlannedBinding, PlannedProvider, unbindable};
use crate::progress;
use crate::remedy;
use capwire::{ActorId, BindingKey, ErrorKind, Host, ProviderId};
use futures_util::future::{join, join_all};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The result of starting a plan.
#[derive(Default)]
pub(crate) struct Started {
    /// The URLs at which it listens.
    pub(crate) endpoints: Vec<String>,
    /// The errors of what could not be started.
    pub(crate) faults: Vec<Error>,
}

/// Starts all of `plan` that can be started: providers and actors beside each other, then bindings, and
/// then servers. An actor without one of its bindings gets no server, so that no client reaches it.
pub(crate) async fn start(host: &Host, plan: Plan, opening: &Opening) -> Started {
    let mut started = Started::default();
    let aliases = plan.actors.iter();
    let aliases = aliases.filter_map(|actor| Some((actor.alias.clone()?, actor.id())));
    started.faults.extend(set_aliases(host, aliases).err());
    let mut missing = Missing::default();
    let parts = Parts::new(&plan);
    let providers = join_all(plan.providers.into_iter().map(|(id, provider)| async {
        let added = add_providers(host, [(id.clone(), provider)], opening).await;
        (id, parts.done(added))
    }));
    let actors = join_all(plan.actors.into_iter().map(|planned| async {
        let id = planned.id();
        (id, parts.done(start_actor(host, planned).await))
    }));
    let begun = progress::during(|| parts.doing(), join(providers, actors)).await;
    for (id, added) in begun.0 {
        missing
            .providers
            .extend(started.keep(added).is_none().then_some(id));
    }
    for (id, begun) in begun.1 {
        missing
            .actors
            .extend(started.keep(begun).is_none().then_some(id));
    }
    let (servers, others): (Vec<_>, Vec<_>) = plan
        .bindings
        .into_iter()
        .partition(|binding| binding.provider.opens_actors());
    for bindings in [others, servers] {
        bind_all(host, bindings, &mut missing, &mut started).await;
    }
    started
}

/// The parts of a plan that could not be started.
#[derive(Default)]
struct Missing {
    providers: BTreeSet<ProviderId>,
    actors: BTreeSet<ActorId>,
}

/// Makes those of `bindings` whose parts are there.
async fn bind_all(
    host: &Host,
    bindings: Vec<PlannedBinding>,
    missing: &mut Missing,
    started: &mut Started,
) {
    let mut possible = Vec::new();
    for binding in bindings {
        let BindingKey { actor, provider } = &binding.key;
        let unprovided = missing.providers.contains(provider);
        if missing.actors.contains(actor) || unprovided {
            missing.actors.insert(*actor);
        } else {
            possible.push(binding);
        }
    }
    let made = possible.into_iter().map(|binding| async {
        let actor = binding.key.actor;
        (actor, bind(host, binding).await)
    });
    for (actor, made) in join_all(made).await {
        match started.keep(made) {
            Some(endpoints) => started.endpoints.extend(endpoints),
            None => drop(missing.actors.insert(actor)),
        }
    }
}

impl Started {
    /// Returns what was done, or keeps the error.
    fn keep<T>(&mut self, done: Result<T, Error>) -> Option<T> {
        done.map_err(|fault| self.faults.push(fault)).ok()
    }
}

/// Counts the parts of a plan as they start, for people who wait.
struct Parts {
    all: usize,
    done: AtomicUsize,
}

impl Parts {
    fn new(plan: &Plan) -> Self {
        Self {
            all: plan.providers.len() + plan.actors.len(),
            done: AtomicUsize::new(0),
        }
    }

    fn done<T>(&self, result: T) -> T {
        self.done.fetch_add(1, Ordering::Relaxed);
        result
    }

    fn doing(&self) -> String {
        let (done, all) = (self.done.load(Ordering::Relaxed), self.all);
        format!("starting actors and providers: {done} of {all}")
    }
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
    let started = host.start_actor_with(planned.actor, planned.options).await;
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
