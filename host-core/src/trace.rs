//! To which trace the code belongs that runs now.

use capwire_provider::{TraceContext, TraceId};
use std::future::Future;

tokio::task_local! {
    /// The step that an actor or a provider takes at present.
    static CURRENT: TraceContext;
}

/// Runs an actor's or a provider's part of a call so that what it does belongs to `trace`.
pub(crate) async fn within<F: Future>(trace: &TraceContext, part: F) -> F::Output {
    CURRENT.scope(trace.clone(), part).await
}

/// The trace of what this task does, if it does it for a call.
pub(crate) fn current() -> Option<TraceId> {
    CURRENT.try_with(TraceContext::trace_id).ok()
}

/// The step of a call that is made now: the next one of the current trace, or the first of a new one.
pub(crate) fn next() -> TraceContext {
    CURRENT
        .try_with(TraceContext::child)
        .unwrap_or_else(|_| TraceContext::start())
}
