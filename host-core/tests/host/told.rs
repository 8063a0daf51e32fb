//! A provider that does what it is told, and remembers everything.

use crate::kit::CONTRACT;
use bytes::Bytes;
use capwire_contracts::core::{CapabilityDescriptor, Operation};
use capwire_provider::{
    ActorCall, ActorHandle, Binding, BindingId, Bound, Call, Config, Health, Provider,
    ProviderError, async_trait,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// A provider that does what the operation says, and remembers everything.
///
/// `Echo` answers with the payload, `Fail` refuses with it, `Panic` panics, `Wait` answers when
/// the test lets it, `Back` calls `echo` of the actor that asks.
pub(crate) struct Told {
    contract: String,
    operations: &'static [Operation],
    log: Mutex<Vec<String>>,
    bindings: Mutex<BTreeMap<BindingId, Binding>>,
    pub(crate) gate: Semaphore,
    pub(crate) unbind_gate: Semaphore,
    pub(crate) on_bind: Mutex<OnBind>,
    pub(crate) health: Health,
}

/// The behaviour of [`Told`] when an actor is bound.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnBind {
    Succeed,
    Fail,
    /// Fails once, and succeeds from then on.
    FailOnce,
    Panic,
    Wait,
}

impl Told {
    pub(crate) fn new(contract: &str) -> Self {
        Self {
            contract: contract.to_owned(),
            operations: const { &[Operation::to_provider("Echo", "")] },
            log: Mutex::default(),
            bindings: Mutex::default(),
            gate: Semaphore::new(0),
            unbind_gate: Semaphore::new(Semaphore::MAX_PERMITS),
            on_bind: Mutex::new(OnBind::Succeed),
            health: Health::default(),
        }
    }

    /// One that says it calls actors of its own accord.
    pub(crate) fn source(contract: &str) -> Self {
        Self {
            operations: const { &[Operation::to_actor("Handle", "")] },
            ..Self::new(contract)
        }
    }

    /// One whose `Echo` names resources in the member `to`.
    pub(crate) fn declaring(contract: &str) -> Self {
        Self {
            operations: const { &[Operation::to_provider("Echo", "").with_resources(&["to"])] },
            ..Self::new(contract)
        }
    }

    /// One that serves these operations.
    pub(crate) fn serving(operations: &'static [Operation]) -> Self {
        Self {
            operations,
            ..Self::new(CONTRACT)
        }
    }

    /// Lets it end bindings only when the test does.
    pub(crate) fn holds_bindings(mut self) -> Self {
        self.unbind_gate = Semaphore::new(0);
        self
    }

    /// Returns the requests that the provider received, in order.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, entry: &str) -> usize {
        let log = self.log.lock().unwrap();
        log.iter().filter(|logged| *logged == entry).count()
    }

    pub(crate) fn on_bind(&self, what: OnBind) {
        *self.on_bind.lock().unwrap() = what;
    }

    /// The handle of its only binding.
    pub(crate) fn handle(&self) -> Arc<dyn ActorHandle> {
        let bindings = self.bindings.lock().unwrap();
        Arc::clone(&bindings.values().next().unwrap().actor)
    }

    /// The values of its only binding.
    pub(crate) fn config(&self) -> Config {
        let bindings = self.bindings.lock().unwrap();
        bindings.values().next().unwrap().config.clone()
    }

    fn note(&self, entry: &str) {
        self.log.lock().unwrap().push(entry.to_owned());
    }

    async fn pass_gate(&self) {
        self.gate.acquire().await.unwrap().forget();
    }
}

#[async_trait]
impl Provider for Told {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(&self.contract, "told", self.operations)
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        self.note("bind");
        let what = *self.on_bind.lock().unwrap();
        match what {
            OnBind::Succeed => {}
            OnBind::FailOnce => {
                self.on_bind(OnBind::Succeed);
                return Err(ProviderError::config("PORT", "is taken"));
            }
            OnBind::Fail => return Err(ProviderError::config("PORT", "is taken")),
            OnBind::Panic => panic!("told to panic"),
            OnBind::Wait => self.pass_gate().await,
        }
        let mut bindings = self.bindings.lock().unwrap();
        bindings.insert(binding.id.clone(), binding);
        Ok(Bound::listening("told://here"))
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.note("unbind");
        self.unbind_gate.acquire().await.unwrap().forget();
        self.bindings.lock().unwrap().remove(binding);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        self.note(call.operation);
        let payload = Bytes::copy_from_slice(call.payload);
        match call.operation {
            "Fail" => Err(ProviderError::Refused(
                String::from_utf8_lossy(&payload).into_owned(),
            )),
            "Panic" => panic!("told to panic"),
            "Wait" => {
                self.pass_gate().await;
                Ok(payload)
            }
            "Back" => {
                let actor = self.handle();
                let answer = actor.call(ActorCall::new("echo", payload)).await;
                answer.map_err(|error| ProviderError::Refused(error.to_string()))
            }
            _ => Ok(payload),
        }
    }

    fn health(&self) -> Option<Health> {
        Some(self.health.clone())
    }
}
