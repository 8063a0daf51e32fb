//! The requests of the host to a library, and the functions that the library calls back.

use crate::abi::{HostTable, RawBytes, VERSION};
use crate::load::instance::Instance;
use crate::status;
use bytes::Bytes;
use capwire_provider::{ActorCall, ActorHandle, Health, WorkToken};
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, Weak};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// All requests by the context that libraries call back with. A context is never used again, so a late callback finds
/// nothing.
static ALL: LazyLock<RwLock<HashMap<usize, Weak<Requests>>>> = LazyLock::new(RwLock::default);
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// The outcome of a request: a status and a message.
pub(crate) type Outcome = (u32, Bytes);

/// The requests to one instance.
pub(crate) struct Requests {
    context: usize,
    health: Health,
    next: AtomicU64,
    pending: Mutex<HashMap<u64, Pending>>,
    actors: Mutex<HashMap<u64, Arc<dyn ActorHandle>>>,
    instance: OnceLock<Weak<Instance>>,
    runtime: Handle,
}

struct Pending {
    answer: oneshot::Sender<Outcome>,
    /// The token of the call, if it is one.
    work: Option<WorkToken>,
}

impl Requests {
    /// Returns an empty list, whose calls of actors run on `runtime`.
    pub(crate) fn new(runtime: Handle) -> Arc<Self> {
        let context = NEXT.fetch_add(1, Ordering::Relaxed);
        let requests = Arc::new(Self {
            context,
            health: Health::default(),
            next: AtomicU64::new(1),
            pending: Mutex::default(),
            actors: Mutex::default(),
            instance: OnceLock::new(),
            runtime,
        });
        let mut all = ALL.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(context, Arc::downgrade(&requests));
        requests
    }

    pub(crate) const fn context(&self) -> usize {
        self.context
    }

    pub(crate) const fn health(&self) -> &Health {
        &self.health
    }

    pub(crate) fn opened(&self, instance: &Arc<Instance>) {
        let _ = self.instance.set(Arc::downgrade(instance));
    }

    /// Returns a number that was not used before.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Begins a request; its outcome comes from the receiver.
    pub(crate) fn begin(&self, work: Option<WorkToken>) -> (u64, oneshot::Receiver<Outcome>) {
        let number = self.number();
        let (answer, outcome) = oneshot::channel();
        self.pending().insert(number, Pending { answer, work });
        (number, outcome)
    }

    /// Forgets a request. Returns true if it was not answered.
    pub(crate) fn forget(&self, request: u64) -> bool {
        self.pending().remove(&request).is_some()
    }

    pub(crate) fn add_actor(&self, binding: u64, actor: Arc<dyn ActorHandle>) {
        self.actors().insert(binding, actor);
    }

    pub(crate) fn remove_actor(&self, binding: u64) {
        self.actors().remove(&binding);
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<u64, Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn actors(&self) -> MutexGuard<'_, HashMap<u64, Arc<dyn ActorHandle>>> {
        self.actors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: u64, status: u32, message: RawBytes) {
        let pending = self.pending().remove(&request);
        if let Some(pending) = pending {
            let _ = pending.answer.send((status, copy(message)));
        }
    }

    fn call_actor(&self, number: u64, binding: u64, operation: RawBytes, message: RawBytes) {
        let Some(instance) = self.instance.get().cloned() else {
            return;
        };
        let actor = self.actors().get(&binding).cloned();
        let (operation, message) = (status::text(&copy(operation)), copy(message));
        self.runtime.spawn(async move {
            let outcome = match actor {
                Some(actor) => actor.call(ActorCall::new(&operation, message)).await,
                None => Err(capwire_provider::ActorError::Stopped),
            };
            let (status, message) = status::of_actor(outcome);
            if let Some(instance) = instance.upgrade() {
                instance.answered(number, status, &message);
            }
        });
    }

    fn charge(&self, request: u64, nanoseconds: u64) -> bool {
        let work = self
            .pending()
            .get(&request)
            .map(|pending| pending.work.clone());
        match work {
            Some(Some(work)) => work
                .charge(std::time::Duration::from_nanos(nanoseconds))
                .is_ok(),
            Some(None) => true,
            None => false,
        }
    }

    /// The host keeps no authority of a call for the library, so it denies what it cannot decide.
    fn may_use(&self, request: u64, operation: RawBytes, resource: RawBytes) -> bool {
        let _ = (request, operation, resource);
        false
    }

    fn log(&self, level: u32, text: RawBytes) {
        let text = status::text(&copy(text));
        match level {
            1 => tracing::error!(target: "capwire::plugin", "{text}"),
            2 => tracing::warn!(target: "capwire::plugin", "{text}"),
            3 => tracing::info!(target: "capwire::plugin", "{text}"),
            4 => tracing::debug!(target: "capwire::plugin", "{text}"),
            _ => tracing::trace!(target: "capwire::plugin", "{text}"),
        }
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        let mut all = ALL.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.context);
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

/// Returns the functions of the host for the requests of `context`.
pub(crate) const fn table(context: usize) -> HostTable {
    HostTable {
        version: VERSION,
        reserved: 0,
        context,
        answer,
        call_actor,
        may_use,
        charge,
        log,
        broken,
    }
}

/// Copies bytes of a library.
#[allow(unsafe_code)]
fn copy(bytes: RawBytes) -> Bytes {
    if bytes.data.is_null() || bytes.size == 0 || isize::try_from(bytes.size).is_err() {
        return Bytes::new();
    }
    // SAFETY: a library that calls back with bytes keeps them valid until the callback returns, and this one copies.
    Bytes::copy_from_slice(unsafe { std::slice::from_raw_parts(bytes.data, bytes.size) })
}

/// Runs `work` with the requests of `context`, if they are still there. No panic leaves it.
fn with<R: Default>(context: usize, work: impl FnOnce(&Requests) -> R) -> R {
    let found = {
        let all = ALL.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&context).and_then(Weak::upgrade)
    };
    let done = found.map(|requests| catch_unwind(AssertUnwindSafe(|| work(&requests))));
    done.and_then(Result::ok).unwrap_or_default()
}

extern "C" fn answer(context: usize, request: u64, status: u32, message: RawBytes) {
    with(context, |requests| {
        requests.answer(request, status, message)
    });
}

extern "C" fn call_actor(
    context: usize,
    number: u64,
    binding: u64,
    operation: RawBytes,
    message: RawBytes,
) {
    with(context, |requests| {
        requests.call_actor(number, binding, operation, message)
    });
}

extern "C" fn may_use(
    context: usize,
    request: u64,
    operation: RawBytes,
    resource: RawBytes,
) -> u32 {
    with(context, |requests| {
        requests.may_use(request, operation, resource)
    })
    .into()
}

extern "C" fn charge(context: usize, request: u64, nanoseconds: u64) -> u32 {
    with(context, |requests| requests.charge(request, nanoseconds)).into()
}

extern "C" fn log(context: usize, level: u32, text: RawBytes) {
    with(context, |requests| requests.log(level, text));
}

extern "C" fn broken(context: usize, reason: RawBytes) {
    with(context, |requests| {
        requests.health.broken(status::text(&copy(reason)))
    });
}
