//! Middleware: layers around the dispatch of calls.

use super::dispatch::Dispatcher;
use super::invocation::Invocation;
use super::resources;
use crate::error::Error;
use crate::id::Target;
use crate::state::Shared;
use crate::wait::with_timeout;
use bytes::Bytes;
use capwire_contracts::resource::{ExamineError, Examined};
use futures_util::FutureExt;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Weak;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::util::{BoxCloneSyncService, ServiceExt};
use tower::{Layer, Service};

/// The service that a layer wraps. It passes a call to the next layer or to its target.
#[derive(Clone)]
pub struct Dispatch {
    service: BoxCloneSyncService<Invocation, Bytes, Error>,
    dispatcher: Weak<Dispatcher>,
}

impl Dispatch {
    /// Returns what claims can name in the message of a call from an actor to a provider: its
    /// resources, such as keys, hosts, or what the provider
    /// [declares](capwire_contracts::core::Operation::with_resources), and the part of the
    /// operation that it asks for.
    ///
    /// # Errors
    /// Returns [`ExamineError`] if the message has no resources, or is ambiguous, so that claims with
    /// resources would not allow it.
    pub fn examine(&self, call: &Invocation) -> Result<Examined, ExamineError> {
        let unknown = || ExamineError::Unknown {
            contract: call.target().to_string(),
            operation: call.operation().to_owned(),
        };
        let Target::Capability(provider) = call.target() else {
            return Err(unknown());
        };
        let dispatcher = self.dispatcher.upgrade().ok_or_else(unknown)?;
        resources::of(dispatcher.shared(), call, provider)
    }
}

/// A layer with its type erased.
pub(crate) type AnyLayer = Box<dyn FnOnce(Dispatch) -> Dispatch + Send>;

/// All layers, around the dispatcher.
pub(super) struct Middleware(Dispatch);

/// Erases the type of a layer.
pub(crate) fn any_layer<L>(layer: L) -> AnyLayer
where
    L: Layer<Dispatch> + Send + 'static,
    L::Service:
        Service<Invocation, Response = Bytes, Error = Error> + Clone + Send + Sync + 'static,
    <L::Service as Service<Invocation>>::Future: Send + 'static,
{
    Box::new(move |inner| {
        let dispatcher = inner.dispatcher.clone();
        let service = BoxCloneSyncService::new(layer.layer(inner));
        Dispatch {
            service,
            dispatcher,
        }
    })
}

impl Middleware {
    /// Returns the layers around `dispatcher`, the first one outermost, or `None` if there are
    /// none.
    pub(super) fn new(dispatcher: Weak<Dispatcher>, layers: Vec<AnyLayer>) -> Option<Self> {
        if layers.is_empty() {
            return None;
        }
        let service = BoxCloneSyncService::new(Innermost(dispatcher.clone()));
        let innermost = Dispatch {
            service,
            dispatcher,
        };
        let layers = layers.into_iter().rev();
        Some(Self(layers.fold(innermost, |inner, layer| layer(inner))))
    }

    /// Runs all layers once. A panic in a layer is an error of the call. The deadline includes the
    /// time that layers wait.
    pub(super) async fn run(&self, host: &Shared, invocation: Invocation) -> Result<Bytes, Error> {
        let deadline = invocation.deadline().min(deadline(host, &invocation));
        let invocation = invocation.within(deadline);
        let late = invocation.clone();
        let run = AssertUnwindSafe(self.0.clone().oneshot(invocation)).catch_unwind();
        match with_timeout(&*host.clock, deadline, run).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Error::middleware("it panicked")),
            Err(_) => Err(Error::late(late.target(), late.operation())),
        }
    }
}

/// The deadline that the target's options set.
fn deadline(host: &Shared, invocation: &Invocation) -> Duration {
    let Target::Actor(actor) = invocation.target() else {
        return Duration::MAX;
    };
    let tables = host.tables.read();
    tables.actor(*actor).map_or(Duration::MAX, |actor| {
        let timeout = actor.generation().options().deadline;
        host.clock.monotonic().saturating_add(timeout)
    })
}

/// The innermost service.
#[derive(Clone)]
struct Innermost(Weak<Dispatcher>);

impl Service<Invocation> for Innermost {
    type Response = Bytes;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, invocation: Invocation) -> Self::Future {
        let dispatcher = self.0.upgrade();
        Box::pin(async move {
            match dispatcher {
                Some(dispatcher) => dispatcher.carry_out(invocation).await,
                None => Err(Error::closed()),
            }
        })
    }
}

impl Service<Invocation> for Dispatch {
    type Response = Bytes;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, invocation: Invocation) -> Self::Future {
        self.service.call(invocation)
    }
}

impl fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatch").finish_non_exhaustive()
    }
}
