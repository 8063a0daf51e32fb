//! Calls from actors to providers.

use super::chain::Chain;
use super::invocation::{Caller, Invocation};
use super::limits::Limits;
use super::permit::Permit;
use crate::error::{Doing, Error, Failure, Thing};
use crate::id::{BindingKey, ProviderId, Target};
use crate::policy::may_also_use;
use crate::state::{Generation, ProviderCall, ProviderFault, Shared, Unserved};
use crate::wait::until_cancelled;
use bytes::Bytes;
use capwire_provider::{Call, CallAuthority};
use std::sync::Arc;
use std::time::Duration;

/// The shortest time after which to repeat a call that no version served.
const SOON: Duration = Duration::from_millis(100);

/// Calls the provider `id` through the caller's binding.
pub(super) async fn call(host: &Shared, id: &ProviderId, permit: &Permit) -> Result<Bytes, Error> {
    let invocation = permit.invocation();
    let Caller::Actor(caller) = invocation.caller() else {
        return Err(Error::option(
            "target",
            "is a capability, which only actors can call",
        ));
    };
    let key = BindingKey {
        actor: caller.id(),
        provider: id.clone(),
    };
    let active = enter(host, &key, invocation.deadline()).await?;
    let authority = CallerAuthority {
        caller,
        chain: &invocation.context().chain,
        target: invocation.target(),
    };
    let result = run(host, &active, invocation, &authority).await;
    active.end(&result);
    result
}

/// Enters the version that serves the binding `key`. Waits while that is being replaced.
async fn enter<'h>(
    host: &'h Shared,
    key: &BindingKey,
    deadline: Duration,
) -> Result<ProviderCall<'h>, Error> {
    let missing = || Error::not_found(Thing::Binding(Box::new(key.clone())));
    let mut place = None;
    loop {
        let route = host.tables.read().route(key).cloned();
        let route = route.ok_or_else(missing)?;
        if let Some(active) = ProviderCall::enter(host, &route, deadline) {
            return Ok(active);
        }
        let provider = Arc::clone(&route.provider);
        // A call that waits must not keep the old version open.
        drop(route);
        let waited = provider.wait(&*host.clock, &host.options.providers, &mut place);
        waited
            .await
            .map_err(|reason| unserved(reason, &key.provider))?;
    }
}

/// Runs a call inside a version until the call ends or the version is stopped.
async fn run(
    host: &Shared,
    active: &ProviderCall<'_>,
    invocation: &Invocation,
    authority: &CallerAuthority<'_>,
) -> Result<Bytes, Error> {
    let limits = Limits::new(&host.clock, invocation.context());
    let route = active.route();
    let call = Call::new(&route.id, invocation.operation(), invocation.payload())
        .traced(invocation.trace())
        .limited(&limits)
        .authorized(authority);
    let served = invocation.context().scope(active.version().call(call));
    let provider = &route.key.provider;
    match until_cancelled(|| active.stopped(), served).await {
        Ok(served) => served.map_err(|fault| provider_error(fault, provider, Doing::Call)),
        Err(_) => Err(Failure::ProviderStopped {
            provider: provider.clone(),
        }
        .into()),
    }
}

/// Returns the error of a request that no version of `provider` serves now.
pub(crate) fn unserved(reason: Unserved, provider: &ProviderId) -> Error {
    let provider = provider.clone();
    match reason {
        Unserved::Broken { retry_after } => Failure::ProviderBroken {
            provider,
            // An attempt may be under way.
            retry_after: retry_after.max(SOON),
        }
        .into(),
        Unserved::QueueFull | Unserved::TooLong => Failure::ProviderHeld {
            provider,
            retry_after: SOON,
        }
        .into(),
        Unserved::Removed => Error::not_found(Thing::Provider(provider)),
    }
}

/// The authority of the actor that calls a provider, and of those for which it acts.
struct CallerAuthority<'a> {
    caller: &'a Generation,
    chain: &'a Chain,
    target: &'a Target,
}

impl CallAuthority for CallerAuthority<'_> {
    fn may_use(&self, operation: &str, resource: &str) -> bool {
        let mut all = std::iter::once(self.caller).chain(self.chain.acted_for());
        all.all(|one| may_also_use(one.authority(), self.target, operation, resource).is_ok())
    }
}

/// Converts the failure of a provider to an error of the host.
pub(crate) fn provider_error(fault: ProviderFault, provider: &ProviderId, doing: Doing) -> Error {
    let provider = provider.clone();
    match fault {
        ProviderFault::Error(source) => Failure::Provider {
            provider,
            doing,
            source,
        },
        ProviderFault::Panic => Failure::ProviderPanic { provider, doing },
    }
    .into()
}
