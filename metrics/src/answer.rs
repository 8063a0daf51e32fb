//! The responses of the endpoint.

use crate::text::text;
use bytes::Bytes;
use capwire_host::Host;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use prometheus::TEXT_FORMAT;

const PLAIN: &str = "text/plain; charset=utf-8";

/// Returns the response to a request.
pub(crate) fn to<B>(request: &Request<B>, host: &Host) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    if !["/metrics", "/healthz"].contains(&path) {
        return response(
            StatusCode::NOT_FOUND,
            PLAIN,
            "There is only /metrics and /healthz\n",
        );
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return not_allowed();
    }
    match (path, host.metrics()) {
        ("/metrics", Some(metrics)) => response(StatusCode::OK, TEXT_FORMAT, text(&metrics)),
        _ => response(StatusCode::OK, PLAIN, "ok\n"),
    }
}

fn not_allowed() -> Response<Full<Bytes>> {
    let mut refused = response(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "Only GET and HEAD\n");
    let allowed = HeaderValue::from_static("GET, HEAD");
    refused.headers_mut().insert(ALLOW, allowed);
    refused
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
