//! Converts an HTTP request to the contract's message.

use crate::failure::Failure;
use capwire_contracts::http::Request;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::HeaderMap;
use hyper::body::{Body, Incoming};
use hyper::header::COOKIE;
use hyper::http::request::Parts;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;
use tokio::time;

/// Returns the message for a request with this head and body.
pub(crate) fn message(head: &Parts, body: Vec<u8>) -> Request {
    Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query_string: head.uri.query().unwrap_or_default().to_owned(),
        header: headers(&head.headers),
        body,
    }
}

/// Reads a body of at most `max` bytes. If the request announces a longer body, fails without
/// reading it.
pub(crate) async fn body(
    body: Incoming,
    max: usize,
    patience: Duration,
) -> Result<Vec<u8>, Failure> {
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max {
        return Err(Failure::BodyTooLong { max });
    }
    let collected = time::timeout(patience, Limited::new(body, max).collect())
        .await
        .map_err(|_| Failure::BodyTooSlow)?;
    match collected {
        Ok(body) => Ok(body.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::BodyTooLong { max }),
        Err(error) => Err(Failure::BodyBroken(error)),
    }
}

/// Returns the headers with one value per name, as the contract requires. Repeated fields are
/// joined according to RFC 9110, section 5.3, and cookies according to RFC 6265, section 4.2.1.
fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        match joined.entry(name.as_str().to_owned()) {
            Entry::Vacant(first) => {
                first.insert(value.into_owned());
            }
            Entry::Occupied(mut known) => {
                let separator = if name == COOKIE { "; " } else { ", " };
                known.get_mut().push_str(separator);
                known.get_mut().push_str(&value);
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::headers;
    use hyper::HeaderMap;
    use hyper::header::{ACCEPT, COOKIE, HeaderValue, USER_AGENT};

    #[test]
    fn repeated_headers_are_joined() {
        let mut map = HeaderMap::new();
        map.append(ACCEPT, HeaderValue::from_static("text/html"));
        map.append(ACCEPT, HeaderValue::from_static("text/plain"));
        map.append(COOKIE, HeaderValue::from_static("a=1"));
        map.append(COOKIE, HeaderValue::from_static("b=2"));
        let joined = headers(&map);
        assert_eq!(joined["accept"], "text/html, text/plain");
        assert_eq!(joined["cookie"], "a=1; b=2");
    }

    #[test]
    fn values_that_are_not_utf8_are_replaced() {
        let mut map = HeaderMap::new();
        map.insert(USER_AGENT, HeaderValue::from_bytes(b"caf\xe9").unwrap());
        assert_eq!(headers(&map)["user-agent"], "caf\u{fffd}");
    }
}
