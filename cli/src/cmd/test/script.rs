//! Providers that answer an actor's calls as a case says.

use super::cases::Answer;
use crate::error::Error;
use bytes::Bytes;
use capwire::contracts::canonical_contract;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::provider::{
    Binding, BindingId, Bound, Call, Config, Provider, ProviderError, async_trait,
};
use capwire::wascap::inspect_module;
use capwire::{ActorId, BindingKey, BindingName, ContractId, Host};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The answers that are left of the current case, and what went wrong.
#[derive(Default)]
pub(super) struct Script(Mutex<State>);

#[derive(Default)]
struct State {
    contracts: Vec<ContractId>,
    answers: VecDeque<Answer>,
    faults: Vec<String>,
}

impl Script {
    /// Begins a case.
    pub(super) fn begin(&self, answers: Vec<Answer>) {
        let mut state = self.lock();
        state.answers = answers.into();
        state.faults.clear();
    }

    /// Ends a case, and returns what went wrong with the actor's calls.
    pub(super) fn end(&self) -> Vec<String> {
        let mut state = self.lock();
        let mut faults = std::mem::take(&mut state.faults);
        faults.extend(state.answers.drain(..).map(|unused| {
            let Answer {
                contract,
                operation,
                ..
            } = unused;
            format!("the actor did not call `{contract} {operation}`")
        }));
        faults
    }

    /// Binds an actor to every provider.
    pub(super) async fn bind(&self, host: &Host, actor: ActorId) -> Result<(), Error> {
        let contracts = self.lock().contracts.clone();
        for contract in contracts {
            let key = BindingKey::new(actor, contract, BindingName::default());
            host.bind(key, Config::default())
                .await
                .map_err(|error| Error::failure("cannot bind the actor").because(error))?;
        }
        Ok(())
    }

    /// Returns the next answer, which has to be for this call.
    fn answer(&self, contract: &str, operation: &str) -> Result<Vec<u8>, String> {
        let mut state = self.lock();
        let fits = |answer: &Answer| {
            canonical_contract(&answer.contract) == contract && answer.operation == operation
        };
        if state.answers.front().is_some_and(fits)
            && let Some(next) = state.answers.pop_front()
        {
            return next.answer;
        }
        let fault = match state.answers.front() {
            None => format!("the case has no answer for `{contract} {operation}`"),
            Some(next) => format!(
                "the actor called `{contract} {operation}` before `{} {}`",
                next.contract, next.operation
            ),
        };
        state.faults.push(fault.clone());
        Err(fault)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a provider of each contract that the signed `module` claims.
pub(super) fn add_providers(host: &Host, module: &[u8], script: &Arc<Script>) -> Result<(), Error> {
    let failed = |error: capwire::Error| Error::failure("cannot test the actor").because(error);
    let inspected = inspect_module(module)
        .map_err(|error| Error::failure("cannot read the module's claims").because(error))?;
    let claimed = inspected.claims().metadata.caps.iter();
    let contracts: BTreeSet<&str> = claimed
        .filter(|claimed| claimed.parse::<ActorId>().is_err())
        .map(|claimed| canonical_contract(claimed))
        .collect();
    for contract in contracts {
        let provider = Scripted {
            contract: contract.to_owned(),
            script: Arc::clone(script),
        };
        host.add_provider(provider).map_err(failed)?;
        let id = ContractId::new(contract)
            .map_err(|error| Error::failure("cannot test the actor").because(error))?;
        script.lock().contracts.push(id);
    }
    Ok(())
}

struct Scripted {
    contract: String,
    script: Arc<Script>,
}

#[async_trait]
impl Provider for Scripted {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(&self.contract, "The answers of a case", &[])
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let answer = self.script.answer(&self.contract, call.operation);
        answer.map(Bytes::from).map_err(ProviderError::Refused)
    }
}
