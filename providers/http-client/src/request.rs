//! Converts the actor's message to a request. Actors are not trusted to follow the rules of HTTP.

use crate::failure::Failure;
use bytes::Bytes;
use capwire_contracts::http::{Request, Url, is_method};
use capwire_provider::TraceContext;
use hyper::Method;
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};

/// The headers about the connection, the framing and the proxy, which only the client sets (RFC
/// 9110, section 7.6.1).
const NOT_THE_ACTORS: [HeaderName; 10] = [
    CONNECTION,
    EXPECT,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The name of the client, for servers, unless the actor sets one.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("capwire/", env!("CARGO_PKG_VERSION")));

/// A request that follows the rules.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Outgoing {
    /// Returns the request in `message`, as a part of `trace`.
    pub(crate) fn checked(message: Request, trace: Option<&TraceContext>) -> Result<Self, Failure> {
        let url: Url = message.path.parse().map_err(Failure::Url)?;
        let url = url
            .with_query(&message.query_string)
            .map_err(Failure::Url)?;
        let method = method(&message.method)?;
        let mut headers = HeaderMap::new();
        for (name, value) in message.header {
            let (name, value) = header(name, value)?;
            if is_the_actors(&name, &value, &url, message.body.len())? {
                let appended = headers.try_append(name.clone(), value);
                appended.map_err(|_| Failure::Header {
                    name: name.to_string(),
                })?;
            }
        }
        headers.entry(USER_AGENT).or_insert(AGENT);
        if let Some(trace) = trace {
            tell(&mut headers, &trace.child());
        }
        Ok(Self {
            method,
            url,
            headers,
            body: message.body.into(),
        })
    }
}

fn method(text: &str) -> Result<Method, Failure> {
    let wrong = || Failure::Method(text.to_owned());
    if !is_method(text) {
        return Err(wrong());
    }
    match Method::from_bytes(text.as_bytes()) {
        Ok(Method::CONNECT | Method::TRACE) | Err(_) => Err(wrong()),
        Ok(method) => Ok(method),
    }
}

fn header(name: String, value: String) -> Result<(HeaderName, HeaderValue), Failure> {
    match (HeaderName::try_from(&name), HeaderValue::try_from(value)) {
        (Ok(name), Ok(value)) => Ok((name, value)),
        _ => Err(Failure::Header { name }),
    }
}

/// Returns false for a header that the client sets to the same value, and an error for one that
/// the actor may not set.
fn is_the_actors(
    name: &HeaderName,
    value: &HeaderValue,
    url: &Url,
    length: usize,
) -> Result<bool, Failure> {
    let value = value.to_str().unwrap_or_default();
    match name {
        &HOST => match host_of(value, url) == Some(url.authority()) {
            true => Ok(false),
            false => Err(Failure::Contradiction {
                name: "host",
                what: "the URL",
            }),
        },
        &CONTENT_LENGTH => match value.parse() == Ok(length) {
            true => Ok(false),
            false => Err(Failure::Contradiction {
                name: "content-length",
                what: "the body",
            }),
        },
        name if NOT_THE_ACTORS.contains(name) => Err(Failure::OwnHeader(name.to_string())),
        _ => Ok(true),
    }
}

/// Returns the canonical form of a host header.
fn host_of(value: &str, url: &Url) -> Option<String> {
    if value.contains(['/', '?', '#']) {
        return None;
    }
    let url: Url = format!("{}://{value}/", url.scheme().name()).parse().ok()?;
    Some(url.authority())
}

/// Adds the trace, unless the actor continues one itself.
fn tell(headers: &mut HeaderMap, trace: &TraceContext) {
    if headers.contains_key(TRACEPARENT) || headers.contains_key(TRACESTATE) {
        return;
    }
    if let Ok(value) = HeaderValue::try_from(trace.traceparent()) {
        headers.insert(TRACEPARENT, value);
    }
    if let Some(Ok(value)) = trace.tracestate().map(HeaderValue::try_from) {
        headers.insert(TRACESTATE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::Outgoing;
    use crate::failure::Failure;
    use capwire_contracts::http::Request;

    fn checked(request: Request) -> Result<Outgoing, Failure> {
        Outgoing::checked(request, None)
    }

    #[test]
    fn the_query_is_appended() {
        for (url, query, sent) in [
            ("http://a.com/b", "", "http://a.com/b"),
            ("http://a.com", "c=d", "http://a.com/?c=d"),
            ("http://a.com/b?", "c=d", "http://a.com/b?c=d"),
            ("http://a.com/b?c", "d", "http://a.com/b?c&d"),
            ("http://a.com/b#e", "c=d?e", "http://a.com/b?c=d?e"),
        ] {
            let request = Request {
                method: "GET".into(),
                path: url.into(),
                query_string: query.into(),
                ..Request::default()
            };
            assert_eq!(checked(request).unwrap().url.to_string(), sent);
        }
    }

    #[test]
    fn methods_that_are_none_are_refused() {
        for method in [
            "", "get", "GE T", "GET\r\n", "CONNECT", "TRACE", "GET/1", "\u{130}",
        ] {
            let request = Request::new(method, "http://a.com/");
            let refused = checked(request);
            assert!(matches!(refused, Err(Failure::Method(_))), "{method:?}");
        }
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH",
        ] {
            assert!(
                checked(Request::new(method, "http://a.com/")).is_ok(),
                "{method}"
            );
        }
    }

    #[test]
    fn an_actor_cannot_set_headers_of_the_connection() {
        for (name, value) in [
            ("Host", "b.com"),
            ("Host", "a.com:81"),
            ("Host", "a.com, b.com"),
            ("Host", "a.com/b"),
            ("Content-Length", "5"),
            ("Content-Length", "3, 3"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close, x-secret"),
            ("Keep-Alive", "1"),
            ("TE", "trailers"),
            ("Trailer", "x"),
            ("Upgrade", "h2c"),
            ("Expect", "100-continue"),
            ("Proxy-Authorization", "Basic x"),
            ("Proxy-Connection", "close"),
            ("x-a", "1\r\nx-b: 2"),
            ("x-a: 1\r\nx-b", "2"),
            ("", "1"),
            ("x a", "1"),
        ] {
            let request = Request::new("POST", "http://a.com/").with_header(name, value);
            assert!(
                checked(request.with_body("abc")).is_err(),
                "{name:?}: {value:?}"
            );
        }
        let request = Request::new("POST", "http://a.com/")
            .with_header("Host", "A.com:80")
            .with_header("Content-Length", "3")
            .with_header("x-own", "1");
        let headers = checked(request.with_body("abc")).unwrap().headers;
        let names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
        assert_eq!(names, ["x-own", "user-agent"]);
    }
}
