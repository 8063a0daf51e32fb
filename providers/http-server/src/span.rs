//! The `tracing` span of a request.

use capwire_provider::TraceContext;
use hyper::Request;
use tracing::Span;
use tracing::field::Empty;

/// The maximum length of a path in the span; a longer path is truncated.
const LONGEST_PATH: usize = 256;

/// Returns a span with the method and the path. The query may contain secrets and is left out.
pub(crate) fn of<B>(request: &Request<B>, trace: &TraceContext) -> Span {
    tracing::debug_span!(
        target: "capwire::http",
        "request",
        method = request.method().as_str(),
        path = cut(request.uri().path()),
        trace_id = display(trace.trace_id()),
        span_id = display(trace.span_id()),
        status = Empty,
    )
}

/// Records the response in the span.
pub(crate) fn end(span: &Span, response: &capwire_serving::Response) {
    if !span.is_disabled() {
        span.record("status", response.status().as_u16());
        let _inside = span.enter();
        tracing::debug!(target: "capwire::http", "answered");
    }
}

fn cut(path: &str) -> &str {
    let end = path.floor_char_boundary(LONGEST_PATH);
    path.get(..end).unwrap_or(path)
}
