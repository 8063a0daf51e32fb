//! The context of a call: everything about it that outlasts one hop.

use super::chain::Chain;
use capwire_provider::{TraceContext, TraceId};
use std::future::Future;
use std::time::Duration;

tokio::task_local! {
    /// The context of the call that an actor or a provider serves at present.
    static CURRENT: CallContext;
}

/// The context of a call. Each call that it causes gets a context derived from it.
#[derive(Clone)]
pub(crate) struct CallContext {
    /// The actors that wait for the answer.
    pub(super) chain: Chain,
    /// The step of a trace that the call is.
    pub(super) trace: TraceContext,
    /// The monotonic time by which the call must be answered.
    pub(super) deadline: Duration,
}

impl CallContext {
    /// The context of a call by the host's holder. No actor waits for it; its trace goes on from
    /// the current one, if there is one.
    pub(crate) fn of_host() -> Self {
        Self {
            chain: Chain::default(),
            trace: CURRENT
                .try_with(|current| current.trace.child())
                .unwrap_or_else(|_| TraceContext::start()),
            deadline: Duration::MAX,
        }
    }

    /// The context of a call by a provider. If the provider serves a call meanwhile, the new call
    /// makes its chain longer. The trace goes on from `trace` or else from the current one.
    pub(crate) fn of_provider(trace: Option<&TraceContext>) -> Self {
        let current = CURRENT.try_with(Clone::clone).ok();
        let (chain, serving) = match current {
            Some(current) => (current.chain, Some(current.trace)),
            None => (Chain::default(), None),
        };
        let trace = trace.or(serving.as_ref());
        Self {
            chain,
            trace: trace.map_or_else(TraceContext::start, TraceContext::child),
            deadline: Duration::MAX,
        }
    }

    /// The context of a host call within this call: `chain` waits for it until `deadline`.
    pub(super) fn of_host_call(&self, chain: Chain, deadline: Duration) -> Self {
        Self {
            chain,
            trace: self.trace.child(),
            deadline,
        }
    }

    /// Runs the part of the call that an actor or a provider does, so that the calls and the log
    /// lines that it causes belong to this context.
    pub(super) async fn scope<F: Future>(&self, part: F) -> F::Output {
        CURRENT.scope(self.clone(), part).await
    }
}

/// The trace to which the current task belongs while it serves a call.
pub(crate) fn current_trace() -> Option<TraceId> {
    CURRENT.try_with(|current| current.trace.trace_id()).ok()
}
