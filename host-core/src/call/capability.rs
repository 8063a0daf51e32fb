//! Calls from actors to providers.

use super::invocation::Caller;
use super::limits::Limits;
use super::permit::Permit;
use crate::error::{Doing, Error, Failure, Thing};
use crate::id::{BindingKey, ProviderId};
use crate::state::{ProviderFault, Shared};
use bytes::Bytes;
use capwire_provider::Call;

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
    let Some(route) = host.tables.read().route(&key).cloned() else {
        return Err(Error::not_found(Thing::Binding(Box::new(key))));
    };
    let limits = Limits::new(&host.clock, invocation.context());
    let call = Call::new(&route.id, invocation.operation(), invocation.payload())
        .traced(invocation.trace())
        .limited(&limits);
    let served = invocation.context().scope(route.provider.call(call)).await;
    served.map_err(|fault| provider_error(fault, &key, Doing::Call))
}

/// Converts the failure of a provider to an error of the host.
pub(crate) fn provider_error(fault: ProviderFault, key: &BindingKey, doing: Doing) -> Error {
    let provider = key.provider.clone();
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
