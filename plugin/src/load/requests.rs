//! The requests of the host to a provider elsewhere, and what the provider asks of the host.

use crate::load::remote::Remote;
use crate::status;
use bytes::Bytes;
use capwire_provider::{ActorCall, ActorError, ActorHandle, Health, WorkToken};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

/// The most calls of actors that a provider may have under way.
const MOST_ACTOR_CALLS: usize = 4096;
/// The time after which a provider with too many of them should try again.
const SOON: Duration = Duration::from_millis(100);

/// The outcome of a request: a status and a message.
pub(crate) type Outcome = (u32, Bytes);

/// The requests to one instance.
pub(crate) struct Requests {
    health: Health,
    next: AtomicU64,
    /// `None` if the other side has ended.
    pending: Mutex<Option<HashMap<u64, Pending>>>,
    actors: Mutex<HashMap<u64, Arc<dyn ActorHandle>>>,
    remote: OnceLock<Weak<dyn Remote>>,
    runtime: Handle,
    /// A place for each call of an actor.
    places: Arc<Semaphore>,
}

struct Pending {
    answer: oneshot::Sender<Outcome>,
    /// The token of the call, if it is one.
    work: Option<WorkToken>,
}

impl Requests {
    /// Returns an empty list, whose calls of actors run on `runtime`.
    pub(crate) fn new(runtime: Handle) -> Arc<Self> {
        Arc::new(Self {
            health: Health::default(),
            next: AtomicU64::new(1),
            pending: Mutex::new(Some(HashMap::new())),
            actors: Mutex::default(),
            remote: OnceLock::new(),
            runtime,
            places: Arc::new(Semaphore::new(MOST_ACTOR_CALLS)),
        })
    }

    pub(crate) const fn health(&self) -> &Health {
        &self.health
    }

    /// Says to whom the outcomes of calls of actors go.
    pub(crate) fn opened(&self, remote: Weak<dyn Remote>) {
        let _ = self.remote.set(remote);
    }

    #[cfg(feature = "process")]
    /// Reports that the other side has ended: no request will be answered.
    pub(crate) fn ended(&self, reason: &str) {
        self.health.broken(reason);
        *self.pending() = None;
    }

    /// Returns a number that was not used before.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Begins a request; its outcome comes from the receiver.
    pub(crate) fn begin(&self, work: Option<WorkToken>) -> (u64, oneshot::Receiver<Outcome>) {
        let number = self.number();
        let (answer, outcome) = oneshot::channel();
        if let Some(pending) = self.pending().as_mut() {
            pending.insert(number, Pending { answer, work });
        }
        (number, outcome)
    }

    /// Forgets a request. Returns true if it was not answered.
    pub(crate) fn forget(&self, request: u64) -> bool {
        self.take(request).is_some()
    }

    pub(crate) fn add_actor(&self, binding: u64, actor: Arc<dyn ActorHandle>) {
        self.actors().insert(binding, actor);
    }

    pub(crate) fn remove_actor(&self, binding: u64) {
        self.actors().remove(&binding);
    }

    fn take(&self, request: u64) -> Option<Pending> {
        self.pending().as_mut()?.remove(&request)
    }

    fn pending(&self) -> MutexGuard<'_, Option<HashMap<u64, Pending>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn actors(&self) -> MutexGuard<'_, HashMap<u64, Arc<dyn ActorHandle>>> {
        self.actors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn answer(&self, request: u64, status: u32, message: Bytes) {
        if let Some(pending) = self.take(request) {
            let _ = pending.answer.send((status, message));
        }
    }

    pub(crate) fn call_actor(&self, number: u64, binding: u64, operation: &[u8], message: Bytes) {
        let Some(remote) = self.remote.get().cloned() else {
            return;
        };
        let actor = self.actors().get(&binding).cloned();
        let operation = status::text(operation);
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let (status, message) = status::of_actor(Err(ActorError::Busy { retry_after: SOON }));
            if let Some(remote) = remote.upgrade() {
                remote.answered(number, status, &message);
            }
            return;
        };
        self.runtime.spawn(async move {
            let outcome = match actor {
                Some(actor) => actor.call(ActorCall::new(&operation, message)).await,
                None => Err(ActorError::Stopped),
            };
            let (status, message) = status::of_actor(outcome);
            drop(place);
            if let Some(remote) = remote.upgrade() {
                remote.answered(number, status, &message);
            }
        });
    }

    pub(crate) fn charge(&self, request: u64, nanoseconds: u64) -> bool {
        let work = {
            let pending = self.pending();
            let pending = pending.as_ref().and_then(|all| all.get(&request));
            pending.map(|pending| pending.work.clone())
        };
        match work {
            Some(Some(work)) => work.charge(Duration::from_nanos(nanoseconds)).is_ok(),
            Some(None) => true,
            None => false,
        }
    }

    /// The host keeps no authority of a call for the library, so it denies what it cannot decide.
    pub(crate) fn may_use(&self, request: u64) -> bool {
        let _ = request;
        false
    }

    pub(crate) fn log(&self, level: u32, text: &[u8]) {
        let text = status::text(text);
        match level {
            1 => tracing::error!(target: "capwire::plugin", "{text}"),
            2 => tracing::warn!(target: "capwire::plugin", "{text}"),
            3 => tracing::info!(target: "capwire::plugin", "{text}"),
            4 => tracing::debug!(target: "capwire::plugin", "{text}"),
            _ => tracing::trace!(target: "capwire::plugin", "{text}"),
        }
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests").finish_non_exhaustive()
    }
}
