//! A provider as the host calls it. A panic in it is an error of that call.

use crate::error::Error;
use crate::id::{BindingName, ContractId, ProviderId};
use bytes::Bytes;
use capwire_contracts::core::{CapabilityDescriptor, Direction};
use capwire_contracts::known_operations;
use capwire_contracts::resource::{ExamineError, Examined, examine, examine_declared};
use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError};
use futures_util::FutureExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A provider that was added to a host.
pub(crate) struct AddedProvider {
    id: ProviderId,
    descriptor: CapabilityDescriptor,
    provider: Arc<dyn Provider>,
}

/// The side of a binding that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Actor,
    Provider,
}

/// The failure of a provider.
#[derive(Debug)]
pub(crate) enum ProviderFault {
    Error(ProviderError),
    Panic,
}

impl AddedProvider {
    /// Reads the descriptor of `provider`.
    pub(crate) fn new(name: BindingName, provider: Arc<dyn Provider>) -> Result<Self, Error> {
        let descriptor = catch_unwind(AssertUnwindSafe(|| provider.descriptor()))
            .map_err(|_| Error::option("provider", "panicked when it returned its descriptor"))?;
        let contract = ContractId::new(&descriptor.id)?;
        Ok(Self {
            id: ProviderId { contract, name },
            descriptor,
            provider,
        })
    }

    pub(crate) fn id(&self) -> &ProviderId {
        &self.id
    }

    pub(crate) fn descriptor(&self) -> &CapabilityDescriptor {
        &self.descriptor
    }

    /// Returns true if the provider calls actors on its own initiative, like servers and
    /// subscriptions.
    pub(crate) fn calls_actors(&self) -> bool {
        self.operations(Side::Actor).next().is_some()
    }

    /// Returns the operations that the provider declares for one side.
    pub(crate) fn operations(&self, of: Side) -> impl Iterator<Item = &str> {
        let not = match of {
            Side::Actor => Direction::ToProvider,
            Side::Provider => Direction::ToActor,
        };
        let operations = self.descriptor.supported_operations.iter();
        let operations = operations.filter(move |operation| operation.direction != not);
        operations.map(|operation| operation.name.as_str())
    }

    /// Decodes a message to the provider, and returns its resources. The provider of a contract that
    /// this host does not know declares the members that name them.
    pub(crate) fn examine(
        &self,
        operation: &str,
        payload: &[u8],
    ) -> Result<Examined, ExamineError> {
        let contract = self.id.contract.as_str();
        match self.declared_resources(operation) {
            Some(declared) if known_operations(contract).is_none() => {
                examine_declared(declared, payload)
            }
            _ => examine(contract, operation, payload),
        }
    }

    fn declared_resources(&self, operation: &str) -> Option<&[String]> {
        let mut operations = self.descriptor.supported_operations.iter();
        let declared = operations.find(|one| one.name == operation)?;
        (!declared.resources.is_empty()).then_some(&declared.resources[..])
    }

    pub(crate) async fn bind(&self, binding: Binding) -> Result<Bound, ProviderFault> {
        caught(async { self.provider.bind(binding).await }).await
    }

    pub(crate) async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderFault> {
        caught(async { self.provider.unbind(binding).await }).await
    }

    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderFault> {
        caught(async { self.provider.call(call).await }).await
    }
}

/// This is unwind-safe, because the host shares no state with a provider.
async fn caught<T>(
    work: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderFault> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result.map_err(ProviderFault::Error),
        Err(_) => Err(ProviderFault::Panic),
    }
}
