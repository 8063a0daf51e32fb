//! Binds actors to providers, and ends bindings: all or nothing.

use super::handle::Handle;
use super::values::{RESERVED, provider_side, with_claims};
use crate::call::{Dispatcher, provider_error};
use crate::error::{Doing, Error, Failure, Thing};
use crate::id::{BindingKey, ProviderId, Target};
use crate::policy::may_bind;
use crate::report::{Event, OperationHistograms};
use crate::state::{
    AddedProvider, Generation, ProviderFault, Revocation, Route, RunningActor, Shared, Side,
};
use crate::wait::with_timeout;
use capwire_contracts::core::OP_BIND_ACTOR;
use capwire_provider::{Binding, Bound, Config};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;

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
    let result = ask_provider(&dispatcher, &key, config, &actor, provider).await;
    if result.is_err() {
        host.tables.update(|tables| tables.remove_binding(&key));
    }
    result
}

/// Ends a binding.
pub(crate) async fn unbind(host: &Shared, key: &BindingKey) -> Result<(), Error> {
    let route = host.tables.change(|tables| tables.begin_unbind(key))?;
    let result = end(host, &route.provider, key).await;
    route.revocation.revoke();
    host.tables.update(|tables| tables.remove_binding(key));
    host.announcer.announce(Event::Unbound {
        binding: key.clone(),
        fault: result.as_ref().err().map(|error| error.report().into()),
    });
    result
}

/// Removes a provider after all of its bindings.
pub(crate) async fn remove(host: &Shared, id: ProviderId) -> Result<(), Error> {
    host.tables.change(|tables| tables.begin_removal(&id))?;
    unbind_all(host, |route| route.key.provider == id).await;
    host.tables.update(|tables| tables.remove_provider(&id));
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
        route.revocation.revoke();
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

async fn ask_provider(
    dispatcher: &Arc<Dispatcher>,
    key: &BindingKey,
    config: Config,
    actor: &RunningActor,
    provider: Arc<AddedProvider>,
) -> Result<Bound, Error> {
    let host = dispatcher.shared();
    let revocation = Revocation::default();
    let handle = Handle::new(dispatcher, key.clone(), revocation.clone());
    let binding = Binding {
        id: provider_side(key),
        config: with_claims(&config, actor.generation().claims()),
        actor: Arc::new(handle),
    };
    actor.histograms().declare(provider.operations(Side::Actor));
    let asked = within(host, host.options.bind, provider.bind(binding)).await;
    let bound = match asked {
        Ok(Ok(bound)) => insert(host, key, bound, &provider, &revocation),
        Ok(Err(fault)) => Err(provider_error(fault, key, Doing::Bind)),
        Err(late) => Err(late.error(key, Doing::Bind)),
    };
    if bound.is_err() {
        // The provider closes again what it has opened.
        revocation.revoke();
        let _ = end(host, &provider, key).await;
    }
    bound
}

fn insert(
    host: &Shared,
    key: &BindingKey,
    bound: Bound,
    provider: &Arc<AddedProvider>,
    revocation: &Revocation,
) -> Result<Bound, Error> {
    let route = Arc::new(Route {
        key: key.clone(),
        id: provider_side(key),
        provider: Arc::clone(provider),
        revocation: revocation.clone(),
        bound: bound.clone(),
        histograms: OperationHistograms::new(provider.operations(Side::Provider)),
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
        endpoints: bound.endpoints.clone(),
    });
    Ok(bound)
}

async fn end(host: &Shared, provider: &AddedProvider, key: &BindingKey) -> Result<(), Error> {
    let id = provider_side(key);
    match within(host, host.unbind_time(), provider.unbind(&id)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(fault)) => Err(provider_error(fault, key, Doing::Unbind)),
        Err(late) => Err(late.error(key, Doing::Unbind)),
    }
}

/// A provider took longer than its timeout.
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
    timeout: Duration,
    work: impl Future<Output = Result<T, ProviderFault>>,
) -> Result<Result<T, ProviderFault>, Late> {
    let until = host.clock.monotonic().saturating_add(timeout);
    let done = with_timeout(&*host.clock, until, work).await;
    done.map_err(|_| Late(timeout))
}
