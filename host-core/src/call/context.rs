//! The context of a call: the data that all calls of a chain share or pass on.

use super::cancellation::Cancellation;
use super::chain::Chain;
use crate::clock::Budget;
use capwire_provider::{TraceContext, TraceId};
use std::future::Future;
use std::time::Duration;

tokio::task_local! {
    /// Returns the context of the call that the current task serves.
    static CURRENT: CallContext;
}

/// The context of a call. Each call that this call causes gets a context derived from this one.
#[derive(Clone)]
pub(crate) struct CallContext {
    /// The actors that wait for the answer.
    pub(super) chain: Chain,
    /// The call's span in its trace.
    pub(super) trace: TraceContext,
    /// The monotonic time by which the call must be answered.
    pub(super) deadline: Duration,
    /// The CPU time that the call may use, within that of the calls that caused it.
    pub(super) budget: Budget,
    /// Cancelled when the call that caused this one ends.
    pub(super) cancellation: Cancellation,
}

impl CallContext {
    /// Returns the context of a call from the program that owns the host. No actor waits for the
    /// call. Its trace continues the current trace, if there is one.
    pub(crate) fn of_host() -> Self {
        Self {
            chain: Chain::default(),
            trace: CURRENT
                .try_with(|current| current.trace.child())
                .unwrap_or_else(|_| TraceContext::start()),
            deadline: Duration::MAX,
            budget: Budget::default(),
            cancellation: Cancellation::default(),
        }
    }

    /// Returns the context of a call from a provider. If the provider is serving a call, the new
    /// call extends the chain of that call, within its deadline and its budget. The trace continues `trace`, or else the current trace.
    pub(crate) fn of_provider(trace: Option<&TraceContext>) -> Self {
        match CURRENT.try_with(Clone::clone) {
            Ok(serving) => Self {
                trace: trace.unwrap_or(&serving.trace).child(),
                ..serving
            },
            Err(_) => Self {
                trace: trace.map_or_else(TraceContext::start, TraceContext::child),
                ..Self::of_host()
            },
        }
    }

    /// Runs the work of an actor or a provider for this call, so that the calls and the log lines
    /// that it causes belong to this context.
    pub(super) async fn scope<F: Future>(&self, part: F) -> F::Output {
        CURRENT.scope(self.clone(), part).await
    }
}

/// Returns the trace of the call that the current task serves.
pub(crate) fn current_trace() -> Option<TraceId> {
    CURRENT.try_with(|current| current.trace.trace_id()).ok()
}
