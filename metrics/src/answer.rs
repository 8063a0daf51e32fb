//! The responses of the endpoint.

use crate::ready::Readiness;
use crate::text::text;
use capwire_host::Host;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use prometheus::TEXT_FORMAT;

const PLAIN: &str = "text/plain; charset=utf-8";

/// Returns the response to a request of `path` by `method`.
pub(crate) async fn to(
    method: &Method,
    path: &str,
    host: &Host,
    readiness: &Readiness,
) -> Response<String> {
    if !["/metrics", "/livez", "/readyz", "/healthz"].contains(&path) {
        return response(
            StatusCode::NOT_FOUND,
            PLAIN,
            "There is only /metrics, /livez, /readyz and /healthz\n",
        );
    }
    if ![Method::GET, Method::HEAD].contains(method) {
        return not_allowed();
    }
    match (path, host.metrics()) {
        ("/metrics", Some(metrics)) => response(StatusCode::OK, TEXT_FORMAT, text(&metrics)),
        ("/readyz", _) => ready(&readiness.faults(host).await),
        _ => response(StatusCode::OK, PLAIN, "ok\n"),
    }
}

fn ready(faults: &[String]) -> Response<String> {
    match faults {
        [] => response(StatusCode::OK, PLAIN, "ok\n"),
        faults => {
            let lines = format!("not ready:\n{}\n", faults.join("\n"));
            response(StatusCode::SERVICE_UNAVAILABLE, PLAIN, lines)
        }
    }
}

fn not_allowed() -> Response<String> {
    let mut refused = response(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "Only GET and HEAD\n");
    let allowed = HeaderValue::from_static("GET, HEAD");
    refused.headers_mut().insert(ALLOW, allowed);
    refused
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<String>,
) -> Response<String> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
