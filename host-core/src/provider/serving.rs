//! Binds actors to a version of a provider, and ends these bindings.

use super::handle::Handle;
use super::values::{provider_side, with_claims};
use crate::call::{Dispatcher, provider_error};
use crate::error::{Doing, Error, Failure, Thing};
use crate::id::{BindingKey, ProviderId};
use crate::state::{ProviderFault, ProviderVersion, Revocation, Serving, Shared};
use crate::wait::with_timeout;
use capwire_provider::{Binding, Config};
use std::sync::Arc;
use std::time::Duration;

/// Binds the actor of `key` to `version`. If this fails, the provider has closed again what it
/// opened.
pub(super) async fn open(
    dispatcher: &Arc<Dispatcher>,
    version: &Arc<ProviderVersion>,
    key: &BindingKey,
    config: &Config,
) -> Result<Serving, Error> {
    let host = dispatcher.shared();
    let actor = host.tables.read().actor(key.actor).cloned();
    let actor = actor.ok_or_else(|| Error::not_found(Thing::Actor(key.actor)))?;
    let revocation = Revocation::default();
    let counters = Arc::clone(version.counters());
    let handle = Handle::new(dispatcher, key.clone(), revocation.clone(), counters);
    let binding = Binding {
        id: provider_side(key),
        config: with_claims(config, actor.generation().claims()),
        actor: Arc::new(handle),
    };
    let mut serving = Serving {
        version: Arc::clone(version),
        revocation,
        bound: Default::default(),
    };
    let doing = (&key.provider, Doing::Bind);
    match within(host, host.options.bind, doing, version.bind(binding)).await {
        Ok(bound) => {
            serving.bound = bound;
            Ok(serving)
        }
        Err(error) => {
            serving.revocation.revoke();
            let _ = close(host, &serving, key).await;
            Err(error)
        }
    }
}

/// Ends the binding of `key` to the version in `serving`. The provider may call the actor until it
/// has done so.
pub(super) async fn close(host: &Shared, serving: &Serving, key: &BindingKey) -> Result<(), Error> {
    let id = provider_side(key);
    let doing = (&key.provider, Doing::Unbind);
    let closed = within(host, host.unbind_time(), doing, serving.version.unbind(&id)).await;
    serving.revocation.revoke();
    closed
}

/// Waits for the work of a provider, for at most `timeout`.
pub(super) async fn within<T>(
    host: &Shared,
    timeout: Duration,
    (provider, doing): (&ProviderId, Doing),
    work: impl Future<Output = Result<T, ProviderFault>>,
) -> Result<T, Error> {
    let until = host.clock.monotonic().saturating_add(timeout);
    match with_timeout(&*host.clock, until, work).await {
        Ok(done) => done.map_err(|fault| provider_error(fault, provider, doing)),
        Err(_) => Err(Failure::ProviderDeadline {
            provider: provider.clone(),
            doing,
            after: timeout,
        }
        .into()),
    }
}
