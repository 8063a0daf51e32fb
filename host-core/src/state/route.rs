//! A binding in effect: the route from an actor to a provider.

use super::{ProviderVersion, RunningProvider};
use crate::id::BindingKey;
use crate::report::OperationHistograms;
use capwire_provider::{BindingId, Bound, Config};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// The route of a binding in effect. A change of the provider's version replaces it.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) key: BindingKey,
    pub(crate) id: BindingId,
    /// The configured values, with which the next version is bound.
    pub(crate) config: Config,
    pub(crate) provider: Arc<RunningProvider>,
    /// `None` while the provider is replaced or broken.
    pub(crate) serving: Option<Serving>,
    pub(crate) histograms: Arc<OperationHistograms>,
    pub(crate) end: RouteEnd,
}

/// Tells when nobody holds a route any more. Each clone of a route has an end of its own.
#[derive(Default)]
pub(crate) struct RouteEnd(watch::Sender<()>);

impl Clone for RouteEnd {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// The part of a route that belongs to one version of the provider.
#[derive(Clone)]
pub(crate) struct Serving {
    pub(crate) version: Arc<ProviderVersion>,
    /// Ends calls from the provider to the actor.
    pub(crate) revocation: Revocation,
    pub(crate) bound: Bound,
}

impl Route {
    /// Returns the URLs at which the binding listens.
    pub(crate) fn endpoints(&self) -> &[String] {
        self.serving
            .as_ref()
            .map_or(&[], |serving| &serving.bound.endpoints)
    }

    /// Waits until nobody holds this route any more, without holding it. Calls hold it to their end.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + use<> {
        let mut end = self.end.0.subscribe();
        // Nothing is ever sent, so the next change is the end.
        async move { drop(end.changed().await) }
    }

    /// The provider no longer reaches the actor.
    pub(crate) fn revoke(&self) {
        if let Some(serving) = &self.serving {
            serving.revocation.revoke();
        }
    }

    /// Returns true if the provider calls actors on its own initiative.
    pub(crate) fn calls_actor(&self) -> bool {
        self.provider.description().calls_actors()
    }
}

/// A switch that revokes a provider's handle to an actor, together with all clones of the handle.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revocation(Arc<AtomicBool>);

impl Revocation {
    /// The binding has ended: its provider no longer reaches the actor.
    pub(crate) fn revoke(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
