//! The rules of HTTP that a request must obey before the service sees it (RFC 9110 and RFC 9112).

use crate::{Response, authority};
use bytes::Bytes;
use hyper::header::{
    CONNECTION, CONTENT_TYPE, EXPECT, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING,
};
use hyper::http::uri::Scheme;
use hyper::{Method, Request, StatusCode, Uri, Version};

/// A violation of the rules. Its text is for the log and for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) status: StatusCode,
    pub(crate) text: &'static str,
}

const fn bad(text: &'static str) -> Violation {
    Violation {
        status: StatusCode::BAD_REQUEST,
        text,
    }
}

const NO_HOST: Violation = bad("The request needs one Host field");
const WRONG_HOST: Violation = bad("The Host field is not a host");
const TWO_HOSTS: Violation = bad("The Host field contradicts the request target");
const WRONG_TARGET: Violation = bad("The request target is invalid");
const NO_TUNNELS: Violation = Violation {
    status: StatusCode::NOT_IMPLEMENTED,
    text: "CONNECT is not supported",
};
const NO_CODINGS: Violation = Violation {
    status: StatusCode::NOT_IMPLEMENTED,
    text: "The only supported transfer coding is chunked",
};
const NO_EXPECTATIONS: Violation = Violation {
    status: StatusCode::EXPECTATION_FAILED,
    text: "The only supported expectation is 100-continue",
};

const TOO_MANY_FIELDS: Violation = Violation {
    status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    text: "The request has too many header fields",
};

/// Checks `request`. If its target names an authority, this becomes the value of `Host` (RFC 9112,
/// section 3.2.2).
pub(crate) fn apply<B>(request: &mut Request<B>, max_fields: usize) -> Result<(), Violation> {
    if request.headers().len() > max_fields {
        // HTTP/1 does not come so far: its parser has the same limit.
        return Err(TOO_MANY_FIELDS);
    }
    if request.method() == Method::CONNECT {
        return Err(NO_TUNNELS);
    }
    check_codings(request.headers())?;
    check_expectations(request.headers())?;
    check_host(request)?;
    if let Some(host) = target_host(request.method(), request.uri())? {
        if request.version() == Version::HTTP_2 && contradicts(request.headers(), &host) {
            return Err(TWO_HOSTS);
        }
        request.headers_mut().insert(HOST, host);
    }
    Ok(())
}

/// The HTTP library decodes `chunked`. The service would see the bytes of other codings.
fn check_codings(headers: &HeaderMap) -> Result<(), Violation> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let chunked = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if chunked(coding) => Ok(()),
        _ => Err(NO_CODINGS),
    }
}

fn check_expectations(headers: &HeaderMap) -> Result<(), Violation> {
    let mut expected = headers.get_all(EXPECT).iter();
    let known = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    match expected.all(known) {
        true => Ok(()),
        false => Err(NO_EXPECTATIONS),
    }
}

fn check_host<B>(request: &Request<B>) -> Result<(), Violation> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let needs_host = match request.version() {
        Version::HTTP_11 => true,
        // Its field `:authority` is a part of the target.
        Version::HTTP_2 => request.uri().authority().is_none(),
        _ => false,
    };
    match (hosts.next(), hosts.next()) {
        (None, _) if needs_host => Err(NO_HOST),
        (None, _) => Ok(()),
        (Some(host), None) => match host.to_str() {
            Ok(host) if authority::is_valid(host) => Ok(()),
            _ => Err(WRONG_HOST),
        },
        (Some(_), Some(_)) => Err(NO_HOST),
    }
}

/// Returns `true` if `Host` is not `authority` (RFC 9113, section 8.3.1).
fn contradicts(headers: &HeaderMap, authority: &HeaderValue) -> bool {
    let host = headers.get(HOST);
    host.is_some_and(|host| !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()))
}

/// Returns the host of a target in absolute form.
fn target_host(method: &Method, target: &Uri) -> Result<Option<HeaderValue>, Violation> {
    let Some(authority) = target.authority() else {
        let is_valid =
            target.path().starts_with('/') || (target.path() == "*" && method == Method::OPTIONS);
        return if is_valid {
            Ok(None)
        } else {
            Err(WRONG_TARGET)
        };
    };
    let scheme = target.scheme();
    if scheme != Some(&Scheme::HTTP) && scheme != Some(&Scheme::HTTPS) {
        return Err(WRONG_TARGET);
    }
    let host = authority.as_str();
    if host.is_empty() || !authority::is_valid(host) {
        return Err(WRONG_TARGET);
    }
    HeaderValue::from_str(host)
        .map(Some)
        .map_err(|_| WRONG_TARGET)
}

impl Violation {
    /// Returns the response, after which the connection ends.
    pub(crate) fn response(self) -> Response {
        let mut response = Response::new(Bytes::from_static(self.text.as_bytes()).into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(CONTENT_TYPE, plain);
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }
}
