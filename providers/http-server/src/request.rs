//! Converts an HTTP request to the contract's message.

use crate::failure::Failure;
use capwire_contracts::http::Request;
use capwire_serving::{Hold, Peer};
use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::body::{Body, Incoming};
use hyper::header::COOKIE;
use hyper::http::request::Parts;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

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

/// Reads a body of at most `max` bytes into memory that `hold` counts. If the request announces a
/// longer body, fails without reading it.
pub(crate) async fn body(
    mut body: Incoming,
    max: usize,
    peer: &Peer,
    hold: &mut Hold,
) -> Result<Vec<u8>, Failure> {
    let mut read = Vec::new();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max {
        return Err(Failure::BodyTooLong { max });
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::BodyBroken(error.into()))?;
        // Trailers are no part of the message.
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        let length = read.len().saturating_add(bytes.len());
        if length > max {
            return Err(Failure::BodyTooLong { max });
        }
        grow(&mut read, length, max);
        peer.hold(hold, read.capacity()).await?;
        read.extend_from_slice(&bytes);
    }
    Ok(read)
}

/// Gives `read` room for `length` bytes, and some more for what follows.
fn grow(read: &mut Vec<u8>, length: usize, max: usize) {
    if length > read.capacity() {
        let capacity = read
            .capacity()
            .saturating_mul(2)
            .clamp(length, max.max(length));
        read.reserve_exact(capacity - read.len());
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
