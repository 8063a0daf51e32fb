//! The path of every call through a host.

use super::invocation::Invocation;
use super::middleware::{AnyLayer, Middleware};
use super::observe::Observation;
use super::permit::Permit;
use super::{actor, capability};
use crate::error::Error;
use crate::id::Target;
use crate::state::Shared;
use bytes::Bytes;
use std::sync::Arc;
use tracing::{Instrument, Span};

/// Dispatches the calls of one host.
pub(crate) struct Dispatcher {
    shared: Arc<Shared>,
    middleware: Option<Middleware>,
}

impl Dispatcher {
    /// Returns a dispatcher with `layers` around it, the first one outermost.
    pub(crate) fn new(shared: Arc<Shared>, layers: Vec<AnyLayer>) -> Arc<Self> {
        Arc::new_cyclic(|dispatcher| Self {
            shared,
            middleware: Middleware::new(dispatcher.clone(), layers),
        })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Makes a call: observes it if anything listens, and sends it to its target through any
    /// middleware.
    pub(crate) async fn dispatch(self: &Arc<Self>, invocation: Invocation) -> Result<Bytes, Error> {
        let observation = Observation::begin(&self.shared, &invocation);
        let span = observation.as_ref().map(Observation::span);
        // One future in one place: a chain of actors that call one another has one for each call.
        let result = async {
            match &self.middleware {
                None => self.carry_out(invocation).await,
                Some(middleware) => middleware.run(&self.shared, invocation).await,
            }
        }
        .instrument(span.unwrap_or_else(Span::none))
        .await;
        if let Some(observation) = observation {
            observation.end(&result);
        }
        result
    }

    /// Executes a call if it is allowed.
    pub(super) async fn carry_out(self: &Arc<Self>, call: Invocation) -> Result<Bytes, Error> {
        let shared = &*self.shared;
        let permit = Permit::new(call, shared).map_err(|denial| shared.deny(*denial))?;
        match permit.invocation().target() {
            Target::Actor(id) => actor::call(self, *id, &permit).await,
            Target::Capability(id) => capability::call(shared, id, &permit).await,
        }
    }
}
