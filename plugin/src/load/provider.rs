//! A provider on another side, as a provider of a host.

use crate::load::remote::{Bind, Remote};
use crate::load::requests::{Outcome, Requests};
use crate::status;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{
    Binding, BindingId, BlockingPool, Bound, Call, Config, HandOver, Health, Provider,
    ProviderError, WorkEnded, async_trait,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::oneshot;

/// The most time for a library to bind an actor or to end a binding.
const PATIENCE: Duration = Duration::from_secs(30);

/// The facts about a provider that do not change.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) descriptor: CapabilityDescriptor,
    pub(crate) exclusive: bool,
    /// True if its functions may block.
    pub(crate) blocking: bool,
}

impl Facts {
    pub(crate) const fn hand_over(&self) -> HandOver {
        match self.exclusive {
            true => HandOver::Exclusive,
            false => HandOver::Overlapping,
        }
    }
}

/// An open provider on another side.
pub(crate) struct RemoteProvider {
    remote: Arc<dyn Remote>,
    requests: Arc<Requests>,
    facts: Facts,
    bindings: RwLock<HashMap<BindingId, u64>>,
    threads: Arc<BlockingPool>,
}

#[async_trait]
impl Provider for RemoteProvider {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.facts.descriptor.clone()
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let requests = &self.requests;
        let number = requests.number();
        let (claims, values): (BTreeMap<&str, &str>, BTreeMap<&str, &str>) = binding
            .config
            .iter()
            .partition(|(key, _)| key.starts_with(Config::RESERVED_PREFIX));
        let bind = Bind {
            number,
            id: binding.id.clone(),
            values: encoded(&values)?,
            claims: encoded(&claims)?,
            max_message: binding.actor.max_message(),
        };
        requests.add_actor(number, binding.actor);
        let request = Request::begin(self, None);
        let bound = request
            .on_a_thread("bind", move |remote, request| remote.bind(request, &bind))
            .await;
        match bound.and_then(|message| endpoints(&message)) {
            Ok(bound) => {
                self.write().insert(binding.id, number);
                Ok(bound)
            }
            Err(error) => {
                requests.remove_actor(number);
                Err(error)
            }
        }
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        let Some(number) = self.write().remove(binding) else {
            return Ok(());
        };
        let request = Request::begin(self, None);
        let ended = request
            .on_a_thread("unbind", move |remote, request| {
                remote.unbind(request, number)
            })
            .await;
        self.requests.remove_actor(number);
        ended.map(drop)
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let binding = {
            let bindings = self.bindings.read().unwrap_or_else(PoisonError::into_inner);
            bindings
                .get(call.binding)
                .copied()
                .ok_or(ProviderError::NotBound)?
        };
        let request = Request::begin(self, Some(&call));
        if self.facts.blocking {
            self.call_on_a_thread(&call, binding, &request).await?;
        } else {
            let (operation, message) = (call.operation, call.payload);
            self.remote.call(
                request.number,
                binding,
                operation,
                message,
                call.time_left(),
            );
        }
        request.outcome(call.operation).await
    }

    fn hand_over(&self) -> HandOver {
        self.facts.hand_over()
    }

    async fn drain(&self, time: Duration) -> usize {
        let request = Request::begin(self, None);
        if !self.remote.drain(request.number, time) {
            return 0;
        }
        let drained = tokio::time::timeout(time, request.outcome("drain")).await;
        match drained {
            Ok(Ok(message)) => codec::decode(&message).unwrap_or(0),
            _ => 0,
        }
    }

    fn health(&self) -> Option<Health> {
        Some(self.requests.health().clone())
    }
}

impl RemoteProvider {
    pub(crate) fn new(remote: Arc<dyn Remote>, requests: Arc<Requests>, facts: Facts) -> Self {
        Self {
            remote,
            requests,
            facts,
            bindings: RwLock::default(),
            threads: Arc::default(),
        }
    }

    async fn call_on_a_thread(
        &self,
        call: &Call<'_>,
        binding: u64,
        request: &Request<'_>,
    ) -> Result<(), ProviderError> {
        let (remote, number) = (Arc::clone(&self.remote), request.number);
        let (operation, message) = (
            call.operation.to_owned(),
            Bytes::copy_from_slice(call.payload),
        );
        let left = call.time_left();
        let work = move |_: &_| {
            remote.call(number, binding, &operation, &message, left);
            Ok::<(), WorkEnded>(())
        };
        Ok(self.threads.run(call, work).await?)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<BindingId, u64>> {
        self.bindings
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way. Dropping it tells the library that nobody waits.
struct Request<'p> {
    provider: &'p RemoteProvider,
    number: u64,
    outcome: Option<oneshot::Receiver<Outcome>>,
}

impl<'p> Request<'p> {
    fn begin(provider: &'p RemoteProvider, call: Option<&Call<'_>>) -> Self {
        let (number, outcome) = provider.requests.begin(call.map(Call::token));
        Self {
            provider,
            number,
            outcome: Some(outcome),
        }
    }

    /// Runs `begin` on a thread that may block, and waits for the outcome, but not for ever.
    async fn on_a_thread(
        self,
        name: &str,
        begin: impl FnOnce(&dyn Remote, u64) + Send + 'static,
    ) -> Result<Bytes, ProviderError> {
        let (remote, number) = (Arc::clone(&self.provider.remote), self.number);
        let begun = tokio::task::spawn_blocking(move || begin(&*remote, number));
        let outcome = async {
            let begun = begun.await;
            begun.map_err(|error| ProviderError::unavailable("the provider", error))?;
            self.outcome(name).await
        };
        let outcome = tokio::time::timeout(PATIENCE, outcome).await;
        outcome.unwrap_or_else(|_| {
            let what = format!(
                "the provider did not answer `{name}` within {} s",
                PATIENCE.as_secs()
            );
            Err(ProviderError::Unavailable { what, source: None })
        })
    }

    async fn outcome(mut self, operation: &str) -> Result<Bytes, ProviderError> {
        let lost = || ProviderError::Unavailable {
            what: "the provider ended during the call".to_owned(),
            source: None,
        };
        let outcome = self.outcome.take().ok_or_else(lost)?;
        let (status, message) = outcome.await.map_err(|_| lost())?;
        status::outcome(operation, status, message)
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if self.provider.requests.forget(self.number) {
            self.provider.remote.cancel(self.number);
        }
    }
}

fn encoded(map: &BTreeMap<&str, &str>) -> Result<Vec<u8>, ProviderError> {
    codec::encode(map).map_err(|error| ProviderError::Refused(error.to_string()))
}

fn endpoints(message: &[u8]) -> Result<Bound, ProviderError> {
    if message.is_empty() {
        return Ok(Bound::default());
    }
    let mut bound = Bound::default();
    bound.endpoints = codec::decode(message).map_err(|error| {
        ProviderError::unavailable(
            "the provider",
            format!("its answer to `bind` cannot be read: {error}"),
        )
    })?;
    Ok(bound)
}
