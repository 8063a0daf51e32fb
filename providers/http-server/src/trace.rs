//! To which trace a request belongs. Clients are strangers: what they send is read strictly, and
//! whatever is wrong begins a new trace, as the W3C's Trace Context wants it.

use capwire_provider::TraceContext;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The step in which a request with these headers is served.
pub(crate) fn of(headers: &HeaderMap) -> TraceContext {
    match clients(headers) {
        Some(client) => client.child(),
        None => TraceContext::start(),
    }
}

/// Tells the client under which trace its request is found in logs.
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
