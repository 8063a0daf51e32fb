//! A provider whose operations misbehave, as a shared library.
#![allow(clippy::panic, clippy::unwrap_used, reason = "that is what it is for")]

use bytes::Bytes;
use capwire_contracts::core::{CapabilityDescriptor, Operation};
use capwire_plugin::{each_with, export};
use capwire_provider::{
    ActorCall, ActorHandle, Binding, BindingId, BlockingPool, Bound, Call, Health, Provider,
    ProviderError, WorkEnded, async_trait,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const OPERATIONS: &[Operation] = &[
    Operation::to_provider("Panic", "Panics at once"),
    Operation::to_provider("PanicLater", "Panics after it waited"),
    Operation::to_provider("Wait", "Never answers"),
    Operation::to_provider("Dropped", "Returns the number of dropped waits"),
    Operation::to_provider("Burn", "Uses CPU time on another thread until it may not"),
    Operation::to_provider("Ask", "Calls the actor"),
    Operation::to_provider("MayUse", "Asks whether the caller may use something else"),
    Operation::to_provider("Break", "Reports that the provider is broken"),
    Operation::to_actor("Answer", "Asks the actor"),
];

export!(each_with(Misbehaving::default));

#[derive(Default)]
struct Misbehaving {
    actor: Mutex<Option<Arc<dyn ActorHandle>>>,
    dropped: Arc<AtomicUsize>,
    threads: BlockingPool,
    health: Health,
}

struct CountedDrop(Arc<AtomicUsize>);

impl Drop for CountedDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Provider for Misbehaving {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new("acme:misbehaving", "Misbehaving", OPERATIONS)
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        if binding.config.get("PANIC").is_some() {
            panic!("in bind");
        }
        *self.actor.lock().unwrap() = Some(binding.actor);
        Ok(Bound::listening("http://127.0.0.1:1"))
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            "Panic" => panic!("at once"),
            "PanicLater" => {
                tokio::task::yield_now().await;
                panic!("later");
            }
            "Wait" => {
                let _counted = CountedDrop(Arc::clone(&self.dropped));
                std::future::pending().await
            }
            "Dropped" => Ok(self.dropped.load(Ordering::SeqCst).to_string().into()),
            "Burn" => self.burn(&call).await,
            "Ask" => {
                let actor = self
                    .actor
                    .lock()
                    .unwrap()
                    .clone()
                    .ok_or(ProviderError::NotBound)?;
                let message = Bytes::copy_from_slice(call.payload);
                let answer = actor.call(ActorCall::new("Answer", message)).await;
                answer.map_err(|error| ProviderError::Refused(error.to_string()))
            }
            "MayUse" => Ok(call.may_use("Get", "elsewhere").to_string().into()),
            "Break" => {
                self.health.broken("by request");
                Ok(Bytes::new())
            }
            _ => Err(call.unknown_operation()),
        }
    }

    fn health(&self) -> Option<Health> {
        Some(self.health.clone())
    }

    async fn drain(&self, time: Duration) -> usize {
        usize::try_from(time.as_secs()).unwrap()
    }
}

impl Misbehaving {
    async fn burn(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let burnt: Result<(), WorkEnded> = self
            .threads
            .run(call, |work| {
                loop {
                    work.step()?;
                }
            })
            .await;
        Ok(burnt.map(|()| Bytes::new())?)
    }
}
