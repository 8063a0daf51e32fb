//! Follows each call from its beginning to its end, in whichever way that comes: a span for
//! `tracing`, and a meter. Whatever nobody asks for is not even looked at.

use crate::error::{Error, ErrorKind};
use crate::id::ActorId;
use crate::invocation::{Caller, Invocation, Target};
use crate::metrics::{Ended, Meter};
use crate::shared::Shared;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tracing::Span;
use tracing::field::Empty;

/// A call that is followed.
pub(crate) struct Observed<'h> {
    host: &'h Shared,
    began: Duration,
    span: Span,
    meter: Option<Arc<Meter>>,
    ended: Ended,
}

impl<'h> Observed<'h> {
    /// Begins to follow `call`, if anybody wants to know of it.
    pub(crate) fn begin(host: &'h Shared, call: &Invocation) -> Option<Self> {
        let span = span(host, call);
        let meter = host.metrics.as_ref().map(|unknown| {
            let tables = host.state.read();
            tables.meter(call).unwrap_or_else(|| unknown.meter(call))
        });
        if span.is_disabled() && meter.is_none() {
            return None;
        }
        if let Some(meter) = &meter {
            meter.begin();
        }
        Some(Self {
            host,
            began: host.clock.monotonic(),
            span,
            meter,
            ended: Ended::Abandoned,
        })
    }

    /// The span of the call.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// The call has ended so.
    pub(crate) fn end<T>(mut self, result: &Result<T, Error>) {
        self.ended = match result {
            Ok(_) => Ended::Served,
            Err(error) => Ended::Failed(error.kind()),
        };
    }
}

impl Drop for Observed<'_> {
    fn drop(&mut self) {
        let took = self.host.clock.monotonic().saturating_sub(self.began);
        if let Some(meter) = &self.meter {
            meter.end(took, self.ended);
        }
        if !self.span.is_disabled() {
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            self.span.record("outcome", name(self.ended));
            self.span.record("micros", micros);
            let _inside = self.span.enter();
            tracing::debug!(target: "capwire::call", "ended");
        }
    }
}

fn name(ended: Ended) -> &'static str {
    match ended {
        Ended::Served => "ok",
        Ended::Failed(kind) => ErrorKind::name(kind),
        Ended::Abandoned => "abandoned",
    }
}

/// What is written here is evaluated only for those who listen.
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

/// The name of an actor, or its key if it does not run.
fn actor(host: &Shared, id: ActorId) -> String {
    match host.state.read().actor(id) {
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
