//! An open provider: its runtime, its bindings, and the calls in progress.

use crate::abi::NO_DEADLINE;
use crate::export::calls::{Actor, Terms, thread_cpu};
use crate::export::host::{Host, Level};
use crate::status;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_provider::{
    Binding, BindingId, Call, CallLimits as _, Config, Provider, ProviderError, ProviderFactory,
};
use futures_util::FutureExt as _;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

/// The time for the runtime's threads to end when the provider is closed.
const LAST_WORK: Duration = Duration::from_secs(5);

type Answer = Pin<Box<dyn Future<Output = (u32, Bytes)> + Send>>;

/// An open provider.
pub(crate) struct Running {
    host: Arc<dyn Host>,
    provider: Arc<dyn Provider>,
    bindings: RwLock<HashMap<u64, Arc<BindingId>>>,
    calls: Arc<Mutex<HashMap<u64, Progress>>>,
    asked: Arc<Asked>,
    /// Taken when the provider is closed.
    runtime: Option<Runtime>,
}

/// A call in progress.
struct Progress {
    task: AbortHandle,
    given_up: Arc<AtomicBool>,
}

/// The calls of actors that are not answered yet.
#[derive(Default)]
pub(crate) struct Asked {
    next: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<(u32, Bytes)>>>,
}

impl Asked {
    pub(crate) fn begin(&self) -> (u64, oneshot::Receiver<(u32, Bytes)>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, outcome) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Calls that the provider dropped.
        waiting.retain(|_, answer| !answer.is_closed());
        waiting.insert(number, answer);
        (number, outcome)
    }

    pub(crate) fn answered(&self, number: u64, status: u32, message: &[u8]) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = waiting.remove(&number) {
            let _ = answer.send((status, Bytes::copy_from_slice(message)));
        }
    }
}

impl Running {
    /// Opens the provider of `factory`.
    pub(crate) fn open(
        factory: &impl ProviderFactory,
        host: Arc<dyn Host>,
    ) -> Result<Self, String> {
        log_panics(Arc::clone(&host));
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| format!("cannot start a runtime: {error}"))?;
        let provider = runtime
            .block_on(factory.open())
            .map_err(|error| causes(&error))?;
        if let Some(health) = provider.health() {
            let host = Arc::clone(&host);
            runtime.spawn(async move { host.broken(&health.until_broken().await) });
        }
        Ok(Self {
            host,
            provider,
            bindings: RwLock::default(),
            calls: Arc::default(),
            asked: Arc::default(),
            runtime: Some(runtime),
        })
    }

    pub(crate) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Binds an actor, and answers `request`.
    pub(crate) fn bind(
        &self,
        request: u64,
        number: u64,
        id: BindingId,
        maps: &[Bytes],
        max_message: usize,
    ) {
        let config = match config(maps) {
            Ok(config) => config,
            Err(error) => return self.refuse(request, &error),
        };
        let id = Arc::new(id);
        let actor = Actor {
            host: Arc::clone(&self.host),
            binding: number,
            max_message,
            asked: Arc::clone(&self.asked),
        };
        let binding = Binding {
            id: BindingId::clone(&id),
            config,
            actor: Arc::new(actor),
        };
        // Before the provider has it, since the actor may call as soon as it is bound.
        self.bindings
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, id);
        let provider = Arc::clone(&self.provider);
        self.answer(request, None, async move {
            let bound = provider.bind(binding).await?;
            match bound.endpoints.is_empty() {
                true => Ok(Bytes::new()),
                false => codec::encode(&bound.endpoints)
                    .map(Bytes::from)
                    .map_err(|error| ProviderError::Refused(error.to_string())),
            }
        });
    }

    /// Ends a binding, and answers `request`.
    pub(crate) fn unbind(&self, request: u64, number: u64) {
        let id = self
            .bindings
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&number);
        let provider = Arc::clone(&self.provider);
        self.answer(request, None, async move {
            match id {
                Some(id) => provider.unbind(&id).await.map(|()| Bytes::new()),
                None => Ok(Bytes::new()),
            }
        });
    }

    /// Handles a call, and answers `request`, at once if the provider does not wait for anything.
    pub(crate) fn call(
        &self,
        request: u64,
        number: u64,
        left: u64,
        operation: String,
        message: Bytes,
    ) {
        let id = self
            .bindings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&number)
            .cloned();
        let Some(id) = id else {
            return self.refuse(request, &ProviderError::NotBound);
        };
        let deadline = match left {
            NO_DEADLINE => None,
            left => Instant::now().checked_add(Duration::from_nanos(left)),
        };
        let terms = Terms {
            host: Arc::clone(&self.host),
            request,
            deadline,
            given_up: Arc::default(),
        };
        let (provider, seen) = (Arc::clone(&self.provider), terms.clone());
        self.answer(request, Some(terms), async move {
            let call = Call::new(&id, &operation, &message)
                .limited(&seen)
                .authorized(&seen);
            provider.call(call).await
        });
    }

    /// Finishes the work in progress, and answers `request`.
    pub(crate) fn drain(&self, request: u64, time: Duration) {
        let provider = Arc::clone(&self.provider);
        self.answer(request, None, async move {
            let cut = provider.drain(time).await;
            codec::encode(&cut)
                .map(Bytes::from)
                .map_err(|error| ProviderError::Refused(error.to_string()))
        });
    }

    /// Ends the work for `request`, whose answer nobody awaits.
    pub(crate) fn cancel(&self, request: u64) {
        let progress = self
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&request);
        if let Some(progress) = progress {
            progress.given_up.store(true, Ordering::Release);
            progress.task.abort();
        }
    }

    pub(crate) fn refuse(&self, request: u64, error: &ProviderError) {
        let (status, text) = status::of_error(error);
        self.host.answer(request, status, text.as_bytes());
    }

    /// Runs `work` on this thread until it waits, and then on the runtime; answers `request` with its result.
    fn answer(
        &self,
        request: u64,
        terms: Option<Terms>,
        work: impl Future<Output = Result<Bytes, ProviderError>> + Send + 'static,
    ) {
        let Some(runtime) = &self.runtime else {
            return;
        };
        let host = Arc::clone(&self.host);
        let mut work: Answer = Box::pin(outcome(Arc::clone(&host), work));
        let mut polled = Poll::Pending;
        host.charge_inline(request, &mut || {
            let _entered = runtime.enter();
            polled = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        });
        if let Poll::Ready((status, message)) = polled {
            return host.answer(request, status, &message);
        }
        let given_up = terms
            .as_ref()
            .map_or_else(Arc::default, |terms| Arc::clone(&terms.given_up));
        let calls = Arc::clone(&self.calls);
        // Held until the call is entered, so that it cannot end before.
        let mut entered = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let task = runtime.spawn(async move {
            let (status, message) = charged(terms, work).await;
            calls
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&request);
            host.answer(request, status, &message);
        });
        let task = task.abort_handle();
        entered.insert(request, Progress { task, given_up });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(LAST_WORK);
        }
    }
}

/// Returns the configuration in these maps.
fn config(maps: &[Bytes]) -> Result<Config, ProviderError> {
    let mut values = BTreeMap::<String, String>::new();
    for map in maps {
        let decoded: Result<BTreeMap<_, _>, _> = codec::decode(map);
        let reason = |error| format!("the configuration cannot be read: {error}");
        values.append(&mut decoded.map_err(|error| ProviderError::Refused(reason(error)))?);
    }
    Ok(Config::from_iter(values))
}

/// Charges the CPU time of `work` to the caller, if there is one.
async fn charged(terms: Option<Terms>, mut work: Answer) -> (u32, Bytes) {
    let Some(terms) = terms else {
        return work.await;
    };
    poll_fn(move |context| {
        let before = thread_cpu();
        let polled = work.as_mut().poll(context);
        // What the caller cannot pay any more ends by its own deadline or budget.
        let _ = terms.charge(thread_cpu().saturating_sub(before));
        polled
    })
    .await
}

async fn outcome(
    host: Arc<dyn Host>,
    work: impl Future<Output = Result<Bytes, ProviderError>>,
) -> (u32, Bytes) {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(answer)) => (status::OK, answer),
        Ok(Err(error)) => {
            if let (ProviderError::Unavailable { .. }, Some(_)) = (&error, error.source()) {
                host.log(Level::Warn, &causes(&error));
            }
            let (status, text) = status::of_error(&error);
            (status, text.into())
        }
        // The hook has logged it.
        Err(_) => {
            let error =
                ProviderError::Refused("the provider failed; its host logs the reason".to_owned());
            let (status, text) = status::of_error(&error);
            (status, text.into())
        }
    }
}

/// Sends the texts of panics to the log of the host that opened an instance last. Without it, they go to standard
/// error, past the log.
fn log_panics(host: Arc<dyn Host>) {
    static HOST: Mutex<Option<Arc<dyn Host>>> = Mutex::new(None);
    static HOOK: Once = Once::new();
    *HOST.lock().unwrap_or_else(PoisonError::into_inner) = Some(host);
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let host = HOST.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(host) = host {
                host.log(Level::Error, &format!("the provider {panic}"));
            }
        }));
    });
}

/// Returns an error with its causes, in one line.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
