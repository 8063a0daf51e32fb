//! Observes each call from its beginning to its end, with a `tracing` span and a histogram. A call
//! that nothing listens to is not observed.

use super::invocation::{Caller, Invocation};
use crate::error::{Error, ErrorKind};
use crate::id::{ActorId, Target};
use crate::report::{LatencyHistogram, Outcome};
use crate::state::Shared;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tracing::Span;
use tracing::field::Empty;

/// The guard of an observed call.
pub(super) struct Observation<'h> {
    host: &'h Shared,
    began: Duration,
    span: Span,
    histogram: Option<Arc<LatencyHistogram>>,
    outcome: Outcome,
}

impl<'h> Observation<'h> {
    /// Begins to observe `call`, if anything listens.
    pub(super) fn begin(host: &'h Shared, call: &Invocation) -> Option<Self> {
        let span = span(host, call);
        let histogram = histogram(host, call);
        if span.is_disabled() && histogram.is_none() {
            return None;
        }
        if let Some(histogram) = &histogram {
            histogram.begin();
        }
        Some(Self {
            host,
            began: host.clock.monotonic(),
            span,
            histogram,
            outcome: Outcome::Abandoned,
        })
    }

    /// The span of the call.
    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Records that the call ended with `result`.
    pub(super) fn end<T>(mut self, result: &Result<T, Error>) {
        self.outcome = Outcome::of(result);
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        let took = self.host.clock.monotonic().saturating_sub(self.began);
        if let Some(histogram) = &self.histogram {
            histogram.end(took, self.outcome);
        }
        if !self.span.is_disabled() {
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            self.span.record("outcome", name(self.outcome));
            self.span.record("micros", micros);
            let _inside = self.span.enter();
            tracing::debug!(target: "capwire::call", "ended");
        }
    }
}

/// The histogram of the call's target and operation, if calls are counted.
fn histogram(host: &Shared, call: &Invocation) -> Option<Arc<LatencyHistogram>> {
    let unknown = host.metrics.as_ref()?;
    let caller = match call.caller() {
        Caller::Actor(generation) => Some(generation.id()),
        Caller::Host | Caller::Provider(_) => None,
    };
    let tables = host.tables.read();
    let known = tables.histogram(call.target(), caller, call.operation());
    Some(known.unwrap_or_else(|| unknown.of(call.target())))
}

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Served => "ok",
        Outcome::Failed(kind) => ErrorKind::name(kind),
        Outcome::Repeated => "repeated",
        Outcome::Abandoned => "abandoned",
    }
}

/// The span of the call. Its fields are evaluated only if a subscriber listens.
fn span(host: &Shared, call: &Invocation) -> Span {
    let trace = call.trace();
    match call.target() {
        Target::Actor(id) => tracing::debug_span!(
            target: "capwire::call",
            "call",
            actor = actor(host, *id).as_str(),
            caller = &*caller(call),
            operation = call.operation(),
            trace_id = display(trace.trace_id()),
            span_id = display(trace.span_id()),
            outcome = Empty,
            micros = Empty,
        ),
        Target::Capability(id) => tracing::debug_span!(
            target: "capwire::call",
            "capability",
            provider = id.contract.as_str(),
            binding = id.name.as_str(),
            caller = &*caller(call),
            operation = call.operation(),
            trace_id = display(trace.trace_id()),
            span_id = display(trace.span_id()),
            outcome = Empty,
            micros = Empty,
        ),
    }
}

/// Returns the name of an actor, or its key if it is not running.
fn actor(host: &Shared, id: ActorId) -> String {
    match host.tables.read().actor(id) {
        Some(actor) => actor.generation().name().to_owned(),
        None => id.to_string(),
    }
}

fn caller(call: &Invocation) -> Cow<'_, str> {
    match call.caller() {
        Caller::Host => Cow::Borrowed("host"),
        Caller::Provider(id) => Cow::Owned(id.to_string()),
        Caller::Actor(generation) => Cow::Borrowed(generation.name()),
    }
}
