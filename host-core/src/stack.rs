//! Middleware: layers around the dispatch of calls.

use crate::error::Error;
use crate::invocation::{Invocation, Target};
use crate::patience;
use crate::shared::Shared;
use bytes::Bytes;
use futures_util::FutureExt;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;
use tower::util::{BoxCloneSyncService, ServiceExt};
use tower::{Layer, Service};

/// The service that a layer wraps: it takes a call on to the next layer, or to its target.
#[derive(Clone)]
pub struct Dispatch(BoxCloneSyncService<Invocation, Bytes, Error>);

/// A layer whose type is forgotten.
pub(crate) type AnyLayer = Box<dyn FnOnce(Dispatch) -> Dispatch + Send>;

/// All layers with the dispatch inside.
pub(crate) struct Stack(Dispatch);

/// Forgets the type of a layer.
pub(crate) fn any_layer<L>(layer: L) -> AnyLayer
where
    L: Layer<Dispatch> + Send + 'static,
    L::Service:
        Service<Invocation, Response = Bytes, Error = Error> + Clone + Send + Sync + 'static,
    <L::Service as Service<Invocation>>::Future: Send + 'static,
{
    Box::new(move |inner| Dispatch(BoxCloneSyncService::new(layer.layer(inner))))
}

impl Stack {
    /// The layers around the dispatch of `host`, the first one outermost.
    pub(crate) fn new(host: Weak<Shared>, layers: Vec<AnyLayer>) -> Option<Self> {
        if layers.is_empty() {
            return None;
        }
        let terminal = Dispatch(BoxCloneSyncService::new(Terminal(host)));
        let stack = layers.into_iter().rev();
        Some(Self(stack.fold(terminal, |inner, layer| layer(inner))))
    }

    /// Runs all layers once. What they panic with is an error of the call, and a layer that waits
    /// does so within the deadline.
    pub(crate) async fn run(&self, host: &Shared, invocation: Invocation) -> Result<Bytes, Error> {
        let deadline = invocation.deadline().min(deadline(host, &invocation));
        let invocation = invocation.within(deadline);
        let late = invocation.clone();
        let run = AssertUnwindSafe(self.0.clone().oneshot(invocation)).catch_unwind();
        match patience::until(&*host.clock, deadline, run).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Error::middleware("it panicked")),
            Err(_) => Err(Error::late(&late)),
        }
    }
}

/// When the target's own options end the call.
fn deadline(host: &Shared, invocation: &Invocation) -> Duration {
    let Target::Actor(actor) = invocation.target() else {
        return Duration::MAX;
    };
    let registry = host.state.read();
    registry.actor(*actor).map_or(Duration::MAX, |actor| {
        let patience = actor.generation().options().deadline;
        host.clock.monotonic().saturating_add(patience)
    })
}

/// The innermost service.
#[derive(Clone)]
struct Terminal(Weak<Shared>);

impl Service<Invocation> for Terminal {
    type Response = Bytes;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, invocation: Invocation) -> Self::Future {
        let host: Option<Arc<Shared>> = self.0.upgrade();
        Box::pin(async move {
            match host {
                Some(host) => host.carry_out(invocation).await,
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
        self.0.poll_ready(cx)
    }

    fn call(&mut self, invocation: Invocation) -> Self::Future {
        self.0.call(invocation)
    }
}

impl fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatch").finish_non_exhaustive()
    }
}
