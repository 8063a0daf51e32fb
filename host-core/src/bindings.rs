//! Binds actors to providers, and ends it: all or nothing.

use crate::binding::{self, RESERVED, Route};
use crate::calls::provider_error;
use crate::error::{Doing, Error, Failure, Thing};
use crate::event::Event;
use crate::generation::{Generation, RunningActor};
use crate::handle::Handle;
use crate::id::BindingKey;
use crate::invocation::Target;
use crate::metrics::Meters;
use crate::patience;
use crate::policy::may_bind;
use crate::provider::{AddedProvider, ProviderFault, Side};
use crate::shared::Shared;
use capwire_contracts::core::OP_BIND_ACTOR;
use capwire_provider::{Binding, Bound, Config};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// Binds an actor to a provider.
pub(crate) async fn bind(
    host: Arc<Shared>,
    key: BindingKey,
    config: Config,
) -> Result<Bound, Error> {
    check_values(&config)?;
    authorise(&host, &key)?;
    let (actor, provider) = host.state.change(|tables| tables.reserve_binding(&key))?;
    let result = ask_provider(&host, &key, config, &actor, provider).await;
    if result.is_err() {
        host.state.update(|tables| tables.remove_binding(&key));
    }
    result
}

/// Ends a binding.
pub(crate) async fn unbind(host: &Shared, key: &BindingKey) -> Result<(), Error> {
    let route = host.state.change(|tables| tables.begin_unbind(key))?;
    let result = end(host, &route.provider, key).await;
    route.handle.revoke();
    host.state.update(|tables| tables.remove_binding(key));
    host.announcer.announce(Event::Unbound {
        binding: key.clone(),
        fault: result.as_ref().err().map(|error| error.report().into()),
    });
    result
}

/// Ends all bindings that `which` chooses, at once. What providers could not close is told as
/// an event. Returns which were chosen.
pub(crate) async fn unbind_all(host: &Shared, which: impl Fn(&Route) -> bool) -> Vec<BindingKey> {
    let chosen: Vec<BindingKey> = {
        let tables = host.state.read();
        let routes = tables.routes().filter(|route| which(route));
        routes.map(|route| route.key.clone()).collect()
    };
    // One that somebody else is ending at the same time is not found, which is as good.
    join_all(chosen.iter().map(|key| unbind(host, key))).await;
    chosen
}

/// Ends, without waiting for it, the bindings that no version of `actor` may have any more. What
/// came by them does not reach the actor after this.
pub(crate) fn end_forbidden(host: &Arc<Shared>, actor: &RunningActor) {
    let routes: Vec<Arc<Route>> = {
        let tables = host.state.read();
        let routes = tables.routes().filter(|route| forbidden(route, actor));
        routes.cloned().collect()
    };
    for route in routes {
        route.handle.revoke();
        let host = Arc::clone(host);
        tokio::spawn(async move { unbind(&host, &route.key).await });
    }
}

fn forbidden(route: &Route, actor: &RunningActor) -> bool {
    let target = Target::Capability(route.key.provider.clone());
    let granted = |generation: Arc<Generation>| generation.authority().grants(&target);
    route.key.actor == actor.id() && !actor.generations().any(granted)
}

/// Values that only the host may set must come from nobody else.
fn check_values(config: &Config) -> Result<(), Error> {
    match config.iter().find(|(key, _)| key.starts_with(RESERVED)) {
        Some((key, _)) => Err(Failure::ReservedValue {
            key: key.to_owned(),
        }
        .into()),
        None => Ok(()),
    }
}

fn authorise(host: &Shared, key: &BindingKey) -> Result<(), Error> {
    let generation = match host.state.read().actor(key.actor) {
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

async fn ask_provider(
    host: &Arc<Shared>,
    key: &BindingKey,
    config: Config,
    actor: &RunningActor,
    provider: Arc<AddedProvider>,
) -> Result<Bound, Error> {
    let handle = Arc::new(Handle::new(Arc::downgrade(host), key.clone()));
    let binding = Binding {
        id: binding::provider_side(key),
        config: binding::with_claims(&config, actor.generation().claims()),
        actor: Arc::<Handle>::clone(&handle),
    };
    actor.meters().declare(provider.operations(Side::Actor));
    let asked = within(host, host.options.bind, provider.bind(binding)).await;
    let bound = match asked {
        Ok(Ok(bound)) => insert(host, key, bound, &provider, &handle),
        Ok(Err(fault)) => Err(provider_error(fault, key, Doing::Bind)),
        Err(late) => Err(late.error(key, Doing::Bind)),
    };
    if bound.is_err() {
        // Whatever the provider has opened, it was for nothing.
        handle.revoke();
        let _ = end(host, &provider, key).await;
    }
    bound
}

fn insert(
    host: &Shared,
    key: &BindingKey,
    bound: Bound,
    provider: &Arc<AddedProvider>,
    handle: &Arc<Handle>,
) -> Result<Bound, Error> {
    let route = Arc::new(Route {
        key: key.clone(),
        id: binding::provider_side(key),
        provider: Arc::clone(provider),
        handle: Arc::clone(handle),
        bound: bound.clone(),
        meters: Meters::new(provider.operations(Side::Provider)),
    });
    host.state.change(|tables| {
        // Meanwhile, the actor may have been swapped for one that claims less.
        authorise(host, key)?;
        tables.insert_binding(route)
    })?;
    // Whoever exchanges the policy ends what is listed: nobody else sees what was not, yet.
    authorise(host, key)?;
    host.announcer.announce(Event::Bound {
        binding: key.clone(),
        endpoints: bound.endpoints.clone(),
    });
    Ok(bound)
}

async fn end(host: &Shared, provider: &AddedProvider, key: &BindingKey) -> Result<(), Error> {
    let id = binding::provider_side(key);
    match within(host, host.options.drain, provider.unbind(&id)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(fault)) => Err(provider_error(fault, key, Doing::Unbind)),
        Err(late) => Err(late.error(key, Doing::Unbind)),
    }
}

/// A provider took longer than this.
struct Late(Duration);

impl Late {
    fn error(self, key: &BindingKey, doing: Doing) -> Error {
        Failure::ProviderDeadline {
            provider: key.provider.clone(),
            doing,
            after: self.0,
        }
        .into()
    }
}

async fn within<T>(
    host: &Shared,
    patience: Duration,
    work: impl Future<Output = Result<T, ProviderFault>>,
) -> Result<Result<T, ProviderFault>, Late> {
    let until = host.clock.monotonic().saturating_add(patience);
    let done = patience::until(&*host.clock, until, work).await;
    done.map_err(|_| Late(patience))
}
