//! The resources of a call from an actor to a provider.

use super::invocation::{Caller, Invocation};
use crate::id::{BindingKey, ProviderId};
use crate::state::Shared;
use capwire_contracts::resource::{ExamineError, Examined, examine};

/// Reads the message of `call` as the provider `id`, to which the caller is bound, declares it.
pub(super) fn of(
    host: &Shared,
    call: &Invocation,
    id: &ProviderId,
) -> Result<Examined, ExamineError> {
    let route = match call.caller() {
        Caller::Actor(caller) => {
            let (actor, provider) = (caller.id(), id.clone());
            host.tables
                .read()
                .route(&BindingKey { actor, provider })
                .cloned()
        }
        Caller::Host | Caller::Provider(_) => None,
    };
    match route {
        Some(route) => {
            let description = route.provider.description();
            description.examine(call.operation(), call.payload())
        }
        None => examine(id.contract.as_str(), call.operation(), call.payload()),
    }
}
