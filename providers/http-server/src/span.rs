//! The span of a request.

use bytes::Bytes;
use capwire_provider::TraceContext;
use http_body_util::Full;
use hyper::Request;
use tracing::Span;
use tracing::field::Empty;

/// A longer path is cut: clients may send what they like.
const LONGEST_PATH: usize = 256;

/// A span that says what is asked, and not with which query, which may have secrets.
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

/// The request is answered.
pub(crate) fn end(span: &Span, response: &hyper::Response<Full<Bytes>>) {
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
