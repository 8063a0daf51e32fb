//! The provider of a library, as a provider of a host.

use crate::error::PluginError;
use crate::load::instance::{Bind, Instance};
use crate::load::library::Library;
use crate::load::requests::{Outcome, Requests};
use crate::status;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{
    Binding, BindingId, BlockingPool, Bound, Call, Config, HandOver, Health, Provider,
    ProviderError, ProviderFactory, WorkEnded, async_trait,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// The most time for a library to bind an actor or to end a binding.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the provider of a library.
///
/// ```no_run
/// use capwire_plugin::Plugin;
/// # fn verified() -> Vec<u8> { Vec::new() }
///
/// let library: Vec<u8> = verified();
/// let plugin = Plugin::load(&library)?;
/// println!("{}", capwire_provider::ProviderFactory::descriptor(&plugin).id);
/// # Ok::<(), capwire_plugin::PluginError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plugin {
    library: Arc<Library>,
}

impl Plugin {
    /// Loads the shared library `library` into this process and runs its constructors. Load only libraries whose
    /// signature was verified: the library can do whatever the host can.
    ///
    /// The target, the version of the interface and the other libraries that it needs are checked before. A library is
    /// never unloaded. The same bytes are loaded once, and opened as often as you like.
    ///
    /// # Errors
    /// Returns an error if the library is for another target or version, needs others, or is incomplete.
    pub fn load(library: &[u8]) -> Result<Self, PluginError> {
        Library::load(library).map(|library| Self { library })
    }
}

#[async_trait]
impl ProviderFactory for Plugin {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.library.descriptor.clone()
    }

    fn hand_over(&self) -> HandOver {
        hand_over(&self.library)
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        let requests = Requests::new(Handle::current());
        let library = Arc::clone(&self.library);
        let opened = tokio::task::spawn_blocking(move || Instance::open(library, requests)).await;
        let instance =
            opened.map_err(|error| ProviderError::unavailable("the provider", error))??;
        Ok(Arc::new(LibraryProvider {
            instance,
            bindings: RwLock::default(),
            threads: Arc::default(),
        }))
    }
}

/// An open provider of a library.
struct LibraryProvider {
    instance: Arc<Instance>,
    bindings: RwLock<HashMap<BindingId, u64>>,
    threads: Arc<BlockingPool>,
}

#[async_trait]
impl Provider for LibraryProvider {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.instance.library().descriptor.clone()
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let requests = self.instance.requests();
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
        let request = Request::begin(&self.instance, None);
        let bound = request
            .on_a_thread("bind", move |instance, request| {
                instance.bind(request, &bind)
            })
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
        let request = Request::begin(&self.instance, None);
        let ended = request
            .on_a_thread("unbind", move |instance, request| {
                instance.unbind(request, number)
            })
            .await;
        self.instance.requests().remove_actor(number);
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
        let request = Request::begin(&self.instance, Some(&call));
        if self.instance.library().blocking {
            self.call_on_a_thread(&call, binding, &request).await?;
        } else {
            let (operation, message) = (call.operation, call.payload);
            self.instance.call(
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
        hand_over(self.instance.library())
    }

    async fn drain(&self, time: Duration) -> usize {
        let request = Request::begin(&self.instance, None);
        if !self.instance.drain(request.number, time) {
            return 0;
        }
        let drained = tokio::time::timeout(time, request.outcome("drain")).await;
        match drained {
            Ok(Ok(message)) => codec::decode(&message).unwrap_or(0),
            _ => 0,
        }
    }

    fn health(&self) -> Option<Health> {
        Some(self.instance.requests().health().clone())
    }
}

impl LibraryProvider {
    async fn call_on_a_thread(
        &self,
        call: &Call<'_>,
        binding: u64,
        request: &Request<'_>,
    ) -> Result<(), ProviderError> {
        let (instance, number) = (Arc::clone(&self.instance), request.number);
        let (operation, message) = (
            call.operation.to_owned(),
            Bytes::copy_from_slice(call.payload),
        );
        let left = call.time_left();
        let work = move |_: &_| {
            instance.call(number, binding, &operation, &message, left);
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
struct Request<'i> {
    instance: &'i Arc<Instance>,
    number: u64,
    outcome: Option<oneshot::Receiver<Outcome>>,
}

impl<'i> Request<'i> {
    fn begin(instance: &'i Arc<Instance>, call: Option<&Call<'_>>) -> Self {
        let (number, outcome) = instance.requests().begin(call.map(Call::token));
        Self {
            instance,
            number,
            outcome: Some(outcome),
        }
    }

    /// Runs `begin` on a thread that may block, and waits for the outcome, but not for ever.
    async fn on_a_thread(
        self,
        name: &str,
        begin: impl FnOnce(&Instance, u64) + Send + 'static,
    ) -> Result<Bytes, ProviderError> {
        let (instance, number) = (Arc::clone(self.instance), self.number);
        let begun = tokio::task::spawn_blocking(move || begin(&instance, number));
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
        let lost = || ProviderError::Refused("the provider was closed during the call".to_owned());
        let outcome = self.outcome.take().ok_or_else(lost)?;
        let (status, message) = outcome.await.map_err(|_| lost())?;
        status::outcome(operation, status, message)
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if self.instance.requests().forget(self.number) {
            self.instance.cancel(self.number);
        }
    }
}

const fn hand_over(library: &Library) -> HandOver {
    match library.exclusive {
        true => HandOver::Exclusive,
        false => HandOver::Overlapping,
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
