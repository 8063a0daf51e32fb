//! Gives a binding other values while its actor uses it.
//!
//! The provider ends the binding and makes it again, because the old and the new one may need the same port or
//! file. Calls of the actor wait meanwhile. All other bindings of the provider go on.

use super::binding::{authorise, check_values};
use super::serving;
use crate::call::{Dispatcher, unserved};
use crate::error::{Error, Failure, RebindRefusal, Thing};
use crate::id::BindingKey;
use crate::report::Event;
use crate::state::{
    Phase, ProviderVersion, Route, RouteChange, RunningProvider, Serving, Shared, Unserved,
};
use crate::wait::with_timeout;
use capwire_provider::{Bound, Config};
use std::sync::Arc;

/// Gives the binding `key` the values `config`.
pub(crate) async fn rebind(
    dispatcher: Arc<Dispatcher>,
    key: BindingKey,
    config: Config,
) -> Result<Bound, Error> {
    let host = dispatcher.shared();
    check_values(&config)?;
    authorise(host, &key)?;
    let provider = host.tables.read().running_provider(&key.provider)?;
    // Until this is over, no version of the provider comes or goes.
    let turn = provider.turn().await;
    let Some(version) = &turn.version else {
        let reason = provider.unserved(host.clock.monotonic());
        return Err(unserved(reason.unwrap_or(Unserved::TooLong), &key.provider));
    };
    provider.begin(Phase::Changing);
    let change = Change {
        dispatcher: &dispatcher,
        host,
        version,
        key: &key,
    };
    let changed = change.carry_out(&provider, config).await;
    provider.begin(Phase::Serving);
    changed
}

struct Change<'a> {
    dispatcher: &'a Arc<Dispatcher>,
    host: &'a Arc<Shared>,
    version: &'a Arc<ProviderVersion>,
    key: &'a BindingKey,
}

impl Change<'_> {
    async fn carry_out(
        &self,
        provider: &Arc<RunningProvider>,
        config: Config,
    ) -> Result<Bound, Error> {
        let old = self.host.tables.read().route(self.key).cloned();
        let old = old.filter(|route| Arc::ptr_eq(&route.provider, provider));
        let old = old.ok_or_else(|| self.missing())?;
        let parked = Arc::new(Route {
            serving: None,
            ..Route::clone(&old)
        });
        self.exchange(&old, &parked)?;
        self.end(old).await;
        match self.open(&config).await {
            Ok(serving) => self.put(&parked, config, serving).await,
            Err(error) => Err(self.take_back(&parked, error).await),
        }
    }

    /// Waits for the calls through `old`, within the drain time, and ends it.
    async fn end(&self, old: Arc<Route>) {
        let (clock, serving) = (&*self.host.clock, old.serving.clone());
        let ended = old.ended();
        drop(old);
        let until = clock.monotonic().saturating_add(self.host.options.drain);
        // A call that takes longer ends as its provider sees fit.
        let _ = with_timeout(clock, until, ended).await;
        if let Some(serving) = serving
            && let Err(error) = serving::close(self.host, &serving, self.key).await
        {
            let (binding, error) = (self.key, error.report());
            tracing::warn!(%binding, error, "the binding ended badly, before it got other values");
        }
    }

    async fn open(&self, config: &Config) -> Result<Serving, Error> {
        serving::open(self.dispatcher, self.version, self.key, config).await
    }

    /// Puts the new binding in place of the parked one, unless that has ended or is forbidden by now.
    async fn put(
        &self,
        parked: &Arc<Route>,
        config: Config,
        serving: Serving,
    ) -> Result<Bound, Error> {
        let new = Arc::new(Route {
            config,
            serving: Some(serving.clone()),
            ..Route::clone(parked)
        });
        let put = authorise(self.host, self.key).and_then(|()| self.exchange(parked, &new));
        if let Err(error) = put {
            // The provider closes again what it has opened.
            serving.revocation.revoke();
            let _ = serving::close(self.host, &serving, self.key).await;
            self.forget(&error);
            return Err(error);
        }
        self.host.announcer.announce(Event::Rebound {
            binding: self.key.clone(),
            endpoints: serving.bound.endpoints.clone(),
        });
        Ok(serving.bound)
    }

    /// Makes the binding again with its old values. If that fails too, it ends.
    async fn take_back(&self, parked: &Arc<Route>, error: Error) -> Error {
        let again = match self.open(&parked.config).await {
            Ok(serving) => {
                let config = parked.config.clone();
                self.put(parked, config, serving).await
            }
            Err(old) => {
                self.forget(&old);
                Err(old)
            }
        };
        self.refused(match again {
            Ok(_) => RebindRefusal::TakenBack(error),
            Err(old) => RebindRefusal::Ended { new: error, old },
        })
    }

    /// Ends the parked binding.
    fn forget(&self, reason: &Error) {
        let mut ended = Err(self.missing());
        self.host.tables.update(|tables| {
            ended = tables.begin_unbind(self.key);
            if ended.is_ok() {
                tables.remove_binding(self.key);
            }
        });
        if ended.is_ok() {
            self.host.announcer.announce(Event::Unbound {
                binding: self.key.clone(),
                fault: Some(reason.report().into()),
            });
        }
    }

    fn exchange(&self, old: &Arc<Route>, new: &Arc<Route>) -> Result<(), Error> {
        let change = RouteChange {
            old: Arc::clone(old),
            new: Arc::clone(new),
        };
        let mut ended = Vec::new();
        self.host
            .tables
            .update(|tables| ended = tables.exchange_routes(std::slice::from_ref(&change)));
        match ended.is_empty() {
            true => Ok(()),
            false => Err(self.missing()),
        }
    }

    fn missing(&self) -> Error {
        Error::not_found(Thing::Binding(Box::new(self.key.clone())))
    }

    fn refused(&self, source: RebindRefusal) -> Error {
        Failure::Rebind {
            binding: Box::new(self.key.clone()),
            source,
        }
        .into()
    }
}
