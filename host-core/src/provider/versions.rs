//! Opens versions of a provider, gives them the bindings of others, and closes them.

use super::binding::{authorise, unbind};
use super::{serving, supervise};
use crate::call::Dispatcher;
use crate::error::{Doing, Error};
use crate::id::{BindingKey, ProviderId};
use crate::report::Event;
use crate::state::{
    Current, Description, Phase, ProviderVersion, Route, RouteChange, RunningProvider, Shared,
    Side, caught,
};
use crate::wait::with_timeout;
use capwire_provider::{Config, Provider, ProviderFactory};
use futures_util::future::{join, join_all};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The time in which a stopped call must end. A caller that does not poll its call within this time
/// gets no answer.
const GRACE: Duration = Duration::from_secs(1);

/// A version that has all bindings of its provider, and no calls yet.
pub(super) struct Prepared {
    pub(super) version: Arc<ProviderVersion>,
    description: Arc<Description>,
    source: Arc<dyn ProviderFactory>,
    changes: Vec<RouteChange>,
}

/// The result of taking over.
pub(super) struct Taken {
    /// The number of bindings of the version.
    pub(super) bindings: usize,
    /// The routes that it has replaced.
    pub(super) replaced: Vec<Arc<Route>>,
}

/// The means to open a version.
pub(super) struct Opening<'a> {
    pub(super) dispatcher: &'a Arc<Dispatcher>,
    pub(super) provider: &'a Arc<RunningProvider>,
    pub(super) source: &'a Arc<dyn ProviderFactory>,
    pub(super) description: &'a Arc<Description>,
    pub(super) number: u64,
    /// The values of bindings that get others than before.
    pub(super) values: &'a HashMap<BindingKey, Config>,
    /// The open version whose resources the new one inherits.
    pub(super) predecessor: Option<&'a ProviderVersion>,
}

impl Opening<'_> {
    /// Opens the version and binds all actors to it. If this fails, nothing of it is left.
    pub(super) async fn prepare(&self) -> Result<Prepared, Error> {
        let host = self.dispatcher.shared();
        let opened = opened(host, self.provider.id(), &**self.source).await?;
        let version = ProviderVersion::new(self.number, opened);
        if let Some(predecessor) = self.predecessor {
            version.inherit(predecessor);
        }
        match self.bind_all(&version).await {
            Ok(changes) => Ok(Prepared {
                version,
                description: Arc::clone(self.description),
                source: Arc::clone(self.source),
                changes,
            }),
            Err(error) => {
                close(host, version).await;
                Err(error)
            }
        }
    }

    async fn bind_all(&self, version: &Arc<ProviderVersion>) -> Result<Vec<RouteChange>, Error> {
        let host = self.dispatcher.shared();
        let routes = host.tables.read().routes_of(self.provider);
        let made = routes.iter().map(|route| self.bind(version, route));
        let (mut changes, mut failed) = (Vec::new(), None);
        for made in join_all(made).await {
            match made {
                Ok(change) => changes.push(change),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            None => Ok(changes),
            Some(error) => {
                let made: Vec<_> = changes.into_iter().map(|change| change.new).collect();
                close_all(host, &made).await;
                Err(error)
            }
        }
    }

    async fn bind(
        &self,
        version: &Arc<ProviderVersion>,
        old: &Arc<Route>,
    ) -> Result<RouteChange, Error> {
        let config = self.values.get(&old.key).unwrap_or(&old.config).clone();
        let serving = serving::open(self.dispatcher, version, &old.key, &config).await?;
        let new = Arc::new(Route {
            config,
            serving: Some(serving),
            ..Route::clone(old)
        });
        let old = Arc::clone(old);
        Ok(RouteChange { old, new })
    }
}

impl Prepared {
    /// Sends new calls to the version, and ends its bindings that have ended or are no longer
    /// allowed meanwhile.
    pub(super) async fn take_over(
        self,
        dispatcher: &Arc<Dispatcher>,
        provider: &Arc<RunningProvider>,
        current: &mut Current,
    ) -> Taken {
        let host = dispatcher.shared();
        self.declare(host);
        let mut ended = Vec::new();
        host.tables
            .update(|tables| ended = tables.exchange_routes(&self.changes));
        let number = self.version.number();
        provider.describe(self.description, number);
        supervise::watch(dispatcher, provider, &self.version);
        *current = Current {
            source: self.source,
            version: Some(self.version),
            number,
            since: host.clock.monotonic(),
            failures: current.failures,
        };
        provider.begin(Phase::Serving);
        close_all(host, &ended).await;
        settle(host, &self.changes);
        Taken {
            bindings: self.changes.len() - ended.len(),
            replaced: self.changes.into_iter().map(|change| change.old).collect(),
        }
    }

    /// Makes histograms for operations that the version before did not have.
    fn declare(&self, host: &Shared) {
        let tables = host.tables.read();
        for RouteChange { new, .. } in &self.changes {
            let operations = self.description.operations(Side::Provider);
            new.histograms.declare(operations);
            if let Some(actor) = tables.actor(new.key.actor) {
                let operations = self.description.operations(Side::Actor);
                actor.histograms().declare(operations);
            }
        }
    }
}

/// Announces where the bindings listen now, and ends those that an exchange of the policy has
/// forbidden meanwhile. They were not in the tables when it looked there.
fn settle(host: &Arc<Shared>, changes: &[RouteChange]) {
    for RouteChange { old, new } in changes {
        if authorise(host, &new.key).is_err() {
            new.revoke();
            let (host, route) = (Arc::clone(host), Arc::clone(new));
            tokio::spawn(async move { unbind(&host, &route.key).await });
        } else if old.serving.is_some() && old.endpoints() != new.endpoints() {
            host.announcer.announce(Event::Bound {
                binding: new.key.clone(),
                endpoints: new.endpoints().to_vec(),
            });
        }
    }
}

/// Opens a provider with `source`, in the time for binding an actor.
pub(super) async fn opened(
    host: &Shared,
    id: &ProviderId,
    source: &dyn ProviderFactory,
) -> Result<Arc<dyn Provider>, Error> {
    let work = caught(async { source.open().await });
    serving::within(host, host.options.bind, (id, Doing::Open), work).await
}

/// Leaves the routes of `provider` without a version, so that calls wait or fail. Returns the routes
/// that it has replaced.
pub(super) fn park(host: &Shared, provider: &Arc<RunningProvider>) -> Vec<Arc<Route>> {
    let mut parked = Vec::new();
    host.tables.update(|tables| {
        parked = tables.routes_of(provider);
        let changes = parked.iter().map(|old| RouteChange {
            old: Arc::clone(old),
            new: Arc::new(Route {
                serving: None,
                ..Route::clone(old)
            }),
        });
        tables.exchange_routes(&changes.collect::<Vec<_>>());
    });
    parked
}

/// The work of a version that was lost when it drained.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lost {
    /// The calls of actors that get no answer.
    pub(super) calls: usize,
    /// The requests of clients that the provider has cut off.
    pub(super) requests: usize,
}

/// Lets the provider finish its own work, and the calls in `version` finish, for at most `drain`.
pub(super) async fn drain(host: &Shared, version: &ProviderVersion, drain: Duration) -> Lost {
    let clock = &*host.clock;
    let own = version.finish(clock, drain, GRACE);
    let (requests, calls) = join(own, version.drain(clock, drain, GRACE)).await;
    Lost { calls, requests }
}

/// Ends the bindings of `version` through `routes`, and closes it.
pub(super) async fn retire(host: &Shared, version: Arc<ProviderVersion>, routes: Vec<Arc<Route>>) {
    close_all(host, &routes).await;
    drop(routes);
    close(host, version).await;
}

/// Ends the bindings of `routes` to the versions that serve them.
async fn close_all(host: &Shared, routes: &[Arc<Route>]) {
    let closing = routes.iter().filter_map(|route| {
        let serving = route.serving.as_ref()?;
        Some(async move {
            if let Err(error) = serving::close(host, serving, &route.key).await {
                let (binding, error) = (&route.key, error.report());
                tracing::warn!(%binding, error, "a version of the provider ended badly");
            }
        })
    });
    join_all(closing).await;
}

/// Closes a version and waits for that. Another thread may still hold it for a moment.
pub(super) async fn close(host: &Shared, version: Arc<ProviderVersion>) {
    let watch = version.watch();
    drop(version);
    let until = host.clock.monotonic().saturating_add(host.unbind_time());
    // If a call does not let go of it, the next version may find its file in use, and says so.
    let _ = with_timeout(&*host.clock, until, watch.closed()).await;
}
