//! A binding in effect: the route from an actor to a provider.

use super::AddedProvider;
use crate::id::BindingKey;
use crate::report::OperationHistograms;
use capwire_provider::{BindingId, Bound};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The route of a binding in effect.
pub(crate) struct Route {
    pub(crate) key: BindingKey,
    pub(crate) id: BindingId,
    pub(crate) provider: Arc<AddedProvider>,
    /// Ends calls from the provider to the actor.
    pub(crate) revocation: Revocation,
    pub(crate) bound: Bound,
    pub(crate) histograms: OperationHistograms,
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
