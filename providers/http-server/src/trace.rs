//! The trace of a request. Headers from clients are parsed strictly. An invalid header begins a new
//! trace, as W3C Trace Context requires.

use capwire_provider::TraceContext;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Returns the trace context for a request with these headers.
pub(crate) fn of(headers: &HeaderMap) -> TraceContext {
    match clients(headers) {
        Some(client) => client.child(),
        None => TraceContext::start(),
    }
}

/// Adds the trace to the response, so that the client can name its request's trace in the logs.
pub(crate) fn tell(headers: &mut HeaderMap, trace: &TraceContext) {
    if let Ok(value) = HeaderValue::try_from(trace.traceparent()) {
        headers.insert(TRACEPARENT, value);
    }
}

fn clients(headers: &HeaderMap) -> Option<TraceContext> {
    let mut parents = headers.get_all(TRACEPARENT).iter();
    let (Some(parent), None) = (parents.next(), parents.next()) else {
        return None;
    };
    let context = TraceContext::parse(parent.to_str().ok()?)?;
    let states = headers.get_all(TRACESTATE).iter();
    let states: Result<Vec<&str>, _> = states.map(HeaderValue::to_str).collect();
    Some(context.with_state(states.unwrap_or_default()))
}
