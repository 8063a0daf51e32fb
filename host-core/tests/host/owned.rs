//! A provider that owns something, of which there is one.

use crate::kit::{CONTRACT, Kit, Module};
use bytes::Bytes;
use capwire_contracts::core::{CapabilityDescriptor, Operation};
use capwire_host::{ActorId, BindingName, ProviderId};
use capwire_provider::{
    Binding, BindingId, Bound, Call, HandOver, Health, Provider, ProviderError, ProviderFactory,
    async_trait,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// The file, say, of which only one provider can be the owner.
#[derive(Default)]
pub(crate) struct Resource {
    taken: AtomicBool,
    count: AtomicUsize,
    opened: AtomicUsize,
}

/// Opens providers that own `resource`. Clones are the same factory.
#[derive(Clone)]
pub(crate) struct Owner {
    resource: Arc<Resource>,
    pub(crate) name: &'static str,
    /// The number of attempts to open or bind that fail, from now on.
    pub(crate) failures: Arc<AtomicUsize>,
    /// Lets a provider of `Wait` answer.
    pub(crate) gate: Arc<Semaphore>,
    /// Lets a provider open.
    pub(crate) opening: Arc<Semaphore>,
    health: Arc<Mutex<Health>>,
}

/// An open provider.
struct Owned(Owner, Health);

impl Owner {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            resource: Arc::default(),
            name,
            failures: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
            opening: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            health: Arc::default(),
        }
    }

    /// Another factory for the same resource.
    pub(crate) fn successor(&self, name: &'static str) -> Self {
        Self {
            resource: Arc::clone(&self.resource),
            ..Self::new(name)
        }
    }

    /// The same, which fails to open so many times.
    pub(crate) fn failing(self, times: usize) -> Self {
        self.failures.store(times, Ordering::SeqCst);
        self
    }

    /// The same, which opens only when the test lets it.
    pub(crate) fn hesitating(self) -> Self {
        Self {
            opening: Arc::new(Semaphore::new(0)),
            ..self
        }
    }

    /// The calls that anybody counted with the resource.
    pub(crate) fn count(&self) -> usize {
        self.resource.count.load(Ordering::SeqCst)
    }

    /// The number of times that the resource was opened.
    pub(crate) fn opened(&self) -> usize {
        self.resource.opened.load(Ordering::SeqCst)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.resource.taken.load(Ordering::SeqCst)
    }

    /// The open provider reports that it is broken.
    pub(crate) fn breaks(&self, reason: &str) {
        self.health.lock().unwrap().broken(reason);
    }

    fn fails(&self) -> bool {
        let fewer = |left: usize| left.checked_sub(1);
        self.failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer)
            .is_ok()
    }
}

impl Kit {
    /// An actor that is bound to a provider of `owner`.
    pub(crate) async fn owned(&self, owner: &Owner) -> (ActorId, ProviderId) {
        let name = BindingName::default();
        let id = self.host.open_provider(name, owner.clone()).await.unwrap();
        let module = Module::new().claims(CONTRACT);
        let actor = self.start_with(&module, crate::kit::instances(16)).await;
        self.bind(actor).await;
        (actor, id)
    }
}

const OPERATIONS: &[Operation] = &[
    Operation::to_provider("Name", ""),
    Operation::to_provider("Count", ""),
    Operation::to_provider("Wait", ""),
];

#[async_trait]
impl ProviderFactory for Owner {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, self.name, OPERATIONS)
    }

    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        self.opening.acquire().await.unwrap().forget();
        if self.fails() {
            return Err(ProviderError::unavailable("the resource", "told to fail"));
        }
        if self.resource.taken.swap(true, Ordering::SeqCst) {
            return Err(ProviderError::unavailable("the resource", "it is taken"));
        }
        self.resource.opened.fetch_add(1, Ordering::SeqCst);
        let health = Health::default();
        *self.health.lock().unwrap() = health.clone();
        Ok(Arc::new(Owned(self.clone(), health)))
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.resource.taken.store(false, Ordering::SeqCst);
    }
}

#[async_trait]
impl Provider for Owned {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.0.descriptor()
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            "Wait" => self.0.gate.acquire().await.unwrap().forget(),
            "Count" => {
                tokio::task::yield_now().await;
                self.0.resource.count.fetch_add(1, Ordering::SeqCst);
            }
            _ => {}
        }
        Ok(Bytes::from_static(self.0.name.as_bytes()))
    }

    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    fn health(&self) -> Option<Health> {
        Some(self.1.clone())
    }
}

/// Opens the same provider each time.
pub(crate) struct Ready<P>(pub(crate) Arc<P>);

#[async_trait]
impl<P: Provider> ProviderFactory for Ready<P> {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.0.descriptor()
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        Ok(Arc::<P>::clone(&self.0))
    }
}
