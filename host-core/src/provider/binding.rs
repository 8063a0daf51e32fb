//! Binds actors to providers, and ends bindings: all or nothing.

use super::values::{RESERVED, provider_side};
use super::{serving, versions};
use crate::call::{Dispatcher, unserved};
use crate::error::{Error, Failure, Thing};
use crate::id::{BindingKey, ProviderId, Target};
use crate::policy::may_bind;
use crate::report::{Event, OperationHistograms};
use crate::state::{
    Generation, Phase, Route, RunningActor, RunningProvider, Serving, Shared, Side, Unserved,
};
use crate::wait::with_timeout;
use capwire_contracts::core::OP_BIND_ACTOR;
use capwire_provider::{Bound, Config};
use futures_util::future::join_all;
use std::sync::Arc;

/// Binds an actor to a provider.
pub(crate) async fn bind(
    dispatcher: Arc<Dispatcher>,
    key: BindingKey,
    config: Config,
) -> Result<Bound, Error> {
    let host = dispatcher.shared();
    check_values(&config)?;
    authorise(host, &key)?;
    let (actor, provider) = host.tables.change(|tables| tables.reserve_binding(&key))?;
    let result = bind_current(&dispatcher, &key, config, &actor, provider).await;
    if result.is_err() {
        host.tables.update(|tables| tables.remove_binding(&key));
    }
    result
}

/// Ends a binding.
pub(crate) async fn unbind(host: &Shared, key: &BindingKey) -> Result<(), Error> {
    let route = host.tables.change(|tables| tables.begin_unbind(key))?;
    let result = end(host, &route).await;
    host.tables.update(|tables| tables.remove_binding(key));
    host.announcer.announce(Event::Unbound {
        binding: key.clone(),
        fault: result.as_ref().err().map(|error| error.report().into()),
    });
    result
}

/// Removes a provider after all of its bindings. A change of its version that has begun may end
/// first.
pub(crate) async fn remove(host: &Shared, id: ProviderId) -> Result<(), Error> {
    let provider = host.tables.change(|tables| tables.begin_removal(&id))?;
    let until = host.clock.monotonic().saturating_add(host.unbind_time());
    let turn = with_timeout(&*host.clock, until, provider.turn()).await;
    unbind_all(host, |route| route.key.provider == id).await;
    host.tables.update(|tables| tables.remove_provider(&id));
    provider.begin(Phase::Removed);
    let version = turn.ok().and_then(|mut turn| turn.version.take());
    if let Some(version) = version {
        versions::close(host, version).await;
    }
    host.announcer
        .announce(Event::ProviderRemoved { provider: id });
    Ok(())
}

/// Ends all bindings that `which` selects, concurrently, and returns their keys. An event reports a
/// resource that a provider could not close.
pub(crate) async fn unbind_all(host: &Shared, which: impl Fn(&Route) -> bool) -> Vec<BindingKey> {
    let chosen: Vec<BindingKey> = {
        let tables = host.tables.read();
        let routes = tables.routes().filter(|route| which(route));
        routes.map(|route| route.key.clone()).collect()
    };
    // A binding that another task ends at the same time is not found, which is as good.
    join_all(chosen.iter().map(|key| unbind(host, key))).await;
    chosen
}

/// Ends the bindings that no version of `actor` may have any more, without waiting for it. After
/// this, no call through them reaches the actor.
pub(crate) fn end_forbidden(host: &Arc<Shared>, actor: &RunningActor) {
    let routes: Vec<Arc<Route>> = {
        let tables = host.tables.read();
        let routes = tables.routes().filter(|route| forbidden(route, actor));
        routes.cloned().collect()
    };
    for route in routes {
        route.revoke();
        let host = Arc::clone(host);
        tokio::spawn(async move { unbind(&host, &route.key).await });
    }
}

fn forbidden(route: &Route, actor: &RunningActor) -> bool {
    let target = Target::Capability(route.key.provider.clone());
    let granted = |generation: Arc<Generation>| generation.authority().grants(&target);
    route.key.actor == actor.id() && !actor.generations().any(granted)
}

/// Refuses values that only the host may set.
pub(super) fn check_values(config: &Config) -> Result<(), Error> {
    match config.iter().find(|(key, _)| key.starts_with(RESERVED)) {
        Some((key, _)) => Err(Failure::ReservedValue {
            key: key.to_owned(),
        }
        .into()),
        None => Ok(()),
    }
}

pub(super) fn authorise(host: &Shared, key: &BindingKey) -> Result<(), Error> {
    let generation = match host.tables.read().actor(key.actor) {
        Some(actor) => actor.generation(),
        None => return Err(Error::not_found(Thing::Actor(key.actor))),
    };
    let target = Target::Capability(key.provider.clone());
    let (authority, now) = (generation.authority(), host.clock.unix());
    may_bind(
        authority,
        &target,
        OP_BIND_ACTOR,
        &***host.policy.load(),
        now,
    )
    .map_err(|denial| host.deny(*denial))
}

/// Binds the actor to the current version of the provider. The version stays until the binding is in
/// the tables, so that no change of it misses the binding.
async fn bind_current(
    dispatcher: &Arc<Dispatcher>,
    key: &BindingKey,
    config: Config,
    actor: &RunningActor,
    provider: Arc<RunningProvider>,
) -> Result<Bound, Error> {
    let host = dispatcher.shared();
    let until = host.clock.monotonic().saturating_add(host.options.bind);
    let current = with_timeout(&*host.clock, until, provider.current()).await;
    let Some(version) = current.as_ref().ok().and_then(|now| now.version.as_ref()) else {
        return Err(unavailable(host, &provider));
    };
    let operations = provider.description();
    actor
        .histograms()
        .declare(operations.operations(Side::Actor));
    let serving = serving::open(dispatcher, version, key, &config).await?;
    let bound = insert(host, key, config, &serving, &provider);
    if bound.is_err() {
        // The provider closes again what it has opened.
        serving.revocation.revoke();
        let _ = serving::close(host, &serving, key).await;
    }
    bound
}

/// Returns the error that no version of `provider` can bind an actor now.
fn unavailable(host: &Shared, provider: &RunningProvider) -> Error {
    let reason = provider.unserved(host.clock.monotonic());
    unserved(reason.unwrap_or(Unserved::TooLong), provider.id())
}

fn insert(
    host: &Shared,
    key: &BindingKey,
    config: Config,
    serving: &Serving,
    provider: &Arc<RunningProvider>,
) -> Result<Bound, Error> {
    let description = provider.description();
    let operations = description.operations(Side::Provider);
    let route = Arc::new(Route {
        key: key.clone(),
        id: provider_side(key),
        config,
        provider: Arc::clone(provider),
        serving: Some(serving.clone()),
        histograms: Arc::new(OperationHistograms::new(operations)),
        end: Default::default(),
    });
    host.tables.change(|tables| {
        // A swap may have put a version with fewer claims in place meanwhile.
        authorise(host, key)?;
        tables.insert_binding(route)
    })?;
    // An exchange of the policy ends the bindings in the table. This one was not in it until now.
    authorise(host, key)?;
    host.announcer.announce(Event::Bound {
        binding: key.clone(),
        endpoints: serving.bound.endpoints.clone(),
    });
    Ok(serving.bound.clone())
}

async fn end(host: &Shared, route: &Route) -> Result<(), Error> {
    match &route.serving {
        Some(serving) => serving::close(host, serving, &route.key).await,
        None => Ok(()),
    }
}
