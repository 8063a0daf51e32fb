//! Converts a response to the contract's message.

use crate::failure::Failure;
use capwire_contracts::http::Response;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, SET_COOKIE, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use hyper::http;

/// The headers about one connection, which are not for the actor (RFC 9110, section 7.6.1).
const OF_THE_CONNECTION: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The memory for a body that is taken before any of it arrives, in bytes.
const AT_ONCE: usize = 64 << 10;

/// Reads a response with a body of at most `max` bytes into a message.
pub(crate) async fn message(
    response: http::Response<Incoming>,
    max: usize,
) -> Result<Response, Failure> {
    let (head, body) = response.into_parts();
    if head.status.is_informational() {
        return Err(Failure::Status(head.status));
    }
    let body = read(body, max).await?;
    let mut message = Response::new(head.status.as_u16());
    if let Some(reason) = head.status.canonical_reason() {
        reason.clone_into(&mut message.status);
    }
    Ok(joined(message, &head.headers).with_body(body))
}

/// Reads a body. If the server announces a longer body than `max`, fails without reading it.
async fn read(mut body: Incoming, max: usize) -> Result<Vec<u8>, Failure> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max {
        return Err(Failure::BodyTooLong { max });
    }
    let mut read = Vec::with_capacity(announced.min(AT_ONCE));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(Failure::BodyBroken)?;
        // Trailers are no part of the message.
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        if read.len().saturating_add(bytes.len()) > max {
            return Err(Failure::BodyTooLong { max });
        }
        read.extend_from_slice(&bytes);
    }
    Ok(read)
}

/// Adds `headers` to `message` with one value per name, as the contract requires. Repeated fields
/// are joined according to RFC 9110, section 5.3. Each cookie stays a field of its own.
fn joined(mut message: Response, headers: &HeaderMap) -> Response {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| {
            text(value)
                .to_ascii_lowercase()
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    let is_hidden = |name: &HeaderName| {
        OF_THE_CONNECTION.contains(name) || named.iter().any(|known| known == name.as_str())
    };
    for name in headers.keys().filter(|name| !is_hidden(name)) {
        let values = headers.get_all(name).iter().map(text);
        if name == SET_COOKIE {
            message = values.fold(message, |message, value| {
                message.with_header(name.as_str(), value)
            });
        } else {
            let values: Vec<String> = values.collect();
            message = message.with_header(name.as_str(), values.join(", "));
        }
    }
    message
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::joined;
    use capwire_contracts::http::Response;
    use hyper::HeaderMap;
    use hyper::header::{HeaderName, HeaderValue};

    #[test]
    fn repeated_headers_are_joined_and_those_of_the_connection_are_left_out() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("vary", &b"accept"[..]),
            ("vary", b"cookie"),
            ("set-cookie", b"a=1; Path=/"),
            ("set-cookie", b"b=2"),
            ("x-latin", b"caf\xe9"),
            ("connection", b"close, X-Hop"),
            ("x-hop", b"1"),
            ("transfer-encoding", b"chunked"),
            ("keep-alive", b"1"),
        ] {
            let value = HeaderValue::from_bytes(value).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        let message = joined(Response::ok(), &headers);
        assert_eq!(message.header("vary"), Some("accept, cookie"));
        let cookies: Vec<&str> = message.header_values("set-cookie").collect();
        assert_eq!(cookies, ["a=1; Path=/", "b=2"]);
        assert_eq!(message.header("x-latin"), Some("caf\u{fffd}"));
        assert_eq!(message.header.len(), 4, "{:?}", message.header);
    }
}
