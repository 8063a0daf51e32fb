//! The trace of a call, as defined by the W3C recommendation [Trace
//! Context](https://www.w3.org/TR/trace-context/).

mod ids;
mod parent;
mod state;

pub use ids::{SpanId, TraceId};

use std::fmt;
use std::sync::Arc;

/// The caller may have recorded this trace.
const SAMPLED: u8 = 0b01;
/// The identifier of the trace is random.
const RANDOM: u8 = 0b10;

/// A span of a trace: the identifiers of the trace and the span, its flags, and the vendors' state.
///
/// A provider that receives requests reads the context from each request and passes it on with
/// [`ActorCall::traced`](crate::ActorCall::traced). A provider that sends requests puts a
/// [`child`](Self::child) of [`Call::trace`](crate::Call::trace) into each request.
///
/// ```
/// use capwire_provider::TraceContext;
///
/// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let caller = TraceContext::parse(header).unwrap();
/// let own = caller.child();
/// assert_eq!(own.trace_id(), caller.trace_id());
/// assert_ne!(own.span_id(), caller.span_id());
/// assert!(TraceContext::parse("00-00000000000000000000000000000000-00f067aa0ba902b7-01").is_none());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: TraceId,
    span_id: SpanId,
    flags: u8,
    state: Option<Arc<str>>,
}

impl TraceContext {
    /// Returns the first span of a new trace, with random identifiers from the operating system.
    #[must_use]
    pub fn start() -> Self {
        Self {
            trace_id: TraceId::random(),
            span_id: SpanId::random(),
            flags: SAMPLED | RANDOM,
            state: None,
        }
    }

    /// Parses the value of a `traceparent` header, or returns `None` if it is invalid. Unknown
    /// fields of later versions are ignored.
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let (trace_id, span_id, flags) = parent::parse(traceparent)?;
        Some(Self {
            trace_id,
            span_id,
            flags: flags & (SAMPLED | RANDOM),
            state: None,
        })
    }

    /// Adds the values of the `tracestate` headers, in their order. If any of them is malformed,
    /// all are ignored.
    #[must_use]
    pub fn with_state<'a>(mut self, headers: impl IntoIterator<Item = &'a str>) -> Self {
        self.state = state::join(headers);
        self
    }

    /// Returns a child of this span.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            span_id: SpanId::random(),
            ..self.clone()
        }
    }

    /// Returns the identifier of the trace.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// Returns the identifier of the span.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// Returns the `traceparent` header for requests made within this span.
    #[must_use]
    pub fn traceparent(&self) -> String {
        parent::write(self.trace_id, self.span_id, self.flags)
    }

    /// Returns the `tracestate` header, or `None` if there is none.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TraceContext")
            .field(&self.traceparent())
            .field(&self.state)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::TraceContext;

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_new_trace_can_be_read_by_others() {
        let (one, other) = (TraceContext::start(), TraceContext::start());
        assert_ne!(one.trace_id(), other.trace_id());
        assert_eq!(TraceContext::parse(&one.traceparent()), Some(one));
    }

    #[test]
    fn a_child_keeps_what_others_keep_in_the_trace() {
        let parent = TraceContext::parse(HEADER).unwrap();
        let child = parent.with_state(["a=1", "b=2"]).child();
        assert_eq!(child.tracestate(), Some("a=1,b=2"));
        assert!(child.traceparent().ends_with("-01"));
    }

    #[test]
    fn flags_that_nobody_knows_are_not_passed_on() {
        let all = HEADER.replace("-01", "-ff");
        let context = TraceContext::parse(&all).unwrap();
        assert!(context.traceparent().ends_with("-03"));
    }
}
