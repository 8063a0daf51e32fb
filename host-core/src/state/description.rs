//! A provider's description of itself.

use crate::error::Error;
use crate::id::ContractId;
use capwire_contracts::core::{CapabilityDescriptor, Direction, OperationDescriptor};
use capwire_contracts::known_operations;
use capwire_contracts::resource::{ExamineError, Examined, examine, examine_declared};
use capwire_provider::{HandOver, ProviderFactory};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The side of a binding that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Actor,
    Provider,
}

/// A provider's description of itself.
pub(crate) struct Description {
    contract: ContractId,
    descriptor: CapabilityDescriptor,
    hand_over: HandOver,
}

impl Description {
    /// Reads the descriptor of the providers that `source` opens.
    pub(crate) fn read(source: &dyn ProviderFactory) -> Result<Self, Error> {
        let descriptor = catch_unwind(AssertUnwindSafe(|| source.descriptor()))
            .map_err(|_| Error::option("provider", "panicked when it returned its descriptor"))?;
        let contract = ContractId::new(&descriptor.id)?;
        let hand_over = catch_unwind(AssertUnwindSafe(|| source.hand_over()));
        Ok(Self {
            contract,
            descriptor,
            hand_over: hand_over.unwrap_or(HandOver::Exclusive),
        })
    }

    pub(crate) fn contract(&self) -> &ContractId {
        &self.contract
    }

    pub(crate) fn hand_over(&self) -> HandOver {
        self.hand_over
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
        self.of(of).map(|operation| operation.name.as_str())
    }

    /// Decodes a message to the provider, and returns its resources. The provider of a contract that
    /// this host does not know declares the members that name them.
    pub(crate) fn examine(
        &self,
        operation: &str,
        payload: &[u8],
    ) -> Result<Examined, ExamineError> {
        let contract = self.contract.as_str();
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

    /// Returns the operations for which `other` declares other resources. A message that was checked
    /// by one declaration must not reach a provider with another one.
    pub(crate) fn declared_otherwise(&self, other: &Self) -> Vec<String> {
        let own = self.operations(Side::Provider);
        let otherwise =
            own.filter(|name| self.declared_resources(name) != other.declared_resources(name));
        otherwise.map(str::to_owned).collect()
    }

    /// Returns the operations of actors that this provider serves and `other` does not.
    pub(crate) fn not_in(&self, other: &Self) -> Vec<String> {
        let served: Vec<&str> = other.operations(Side::Provider).collect();
        let own = self.operations(Side::Provider);
        let missing = own.filter(|name| !served.contains(name));
        missing.map(str::to_owned).collect()
    }

    fn of(&self, side: Side) -> impl Iterator<Item = &OperationDescriptor> {
        let not = match side {
            Side::Actor => Direction::ToProvider,
            Side::Provider => Direction::ToActor,
        };
        let operations = self.descriptor.supported_operations.iter();
        operations.filter(move |operation| operation.direction != not)
    }
}
