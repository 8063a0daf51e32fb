//! Redirects: the next request, without what is only for the site before.

use crate::failure::Failure;
use crate::request::Outgoing;
use bytes::Bytes;
use capwire_contracts::http::{Scheme, Url, UrlError};
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE,
    CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RANGE, USER_AGENT,
};
use hyper::{Method, StatusCode};
use iri_string::types::{UriAbsoluteStr, UriReferenceStr};

/// The headers that another origin gets. Others may be credentials, such as `Authorization`,
/// `Cookie` or `X-Api-Key`.
const FOR_EVERYBODY: [HeaderName; 9] = [
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    CACHE_CONTROL,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_TYPE,
    RANGE,
    USER_AGENT,
];

/// The headers that describe a body.
const OF_THE_BODY: [HeaderName; 3] = [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE];

/// The fault of a location in another form.
const NO_URL: &str = "its location is not a URL of printable ASCII";

/// Returns the request to which a response redirects, or `None` if the response is no redirect.
pub(crate) fn next(
    request: &Outgoing,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<Option<Outgoing>, Failure> {
    let keeps_method = match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => request.method != Method::POST,
        StatusCode::SEE_OTHER => matches!(request.method, Method::GET | Method::HEAD),
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        _ => return Ok(None),
    };
    let Some(location) = headers.get(LOCATION) else {
        return Ok(None);
    };
    let location = location
        .to_str()
        .map_err(|_| Failure::BadRedirect(NO_URL.to_owned()))?;
    let url = resolved(&request.url, location).map_err(Failure::BadRedirect)?;
    if request.url.scheme() == Scheme::Https && url.scheme() == Scheme::Http {
        return Err(Failure::Downgrade);
    }
    let mut next = Outgoing {
        url,
        ..request.clone()
    };
    if !keeps_method {
        next.method = Method::GET;
        next.body = Bytes::new();
        OF_THE_BODY
            .iter()
            .for_each(|name| drop(next.headers.remove(name)));
    }
    if !next.url.has_origin_of(&request.url) {
        let headers = std::mem::take(&mut next.headers);
        next.headers = for_everybody(headers);
    }
    Ok(Some(next))
}

fn for_everybody(mut headers: HeaderMap) -> HeaderMap {
    let names: Vec<HeaderName> = headers.keys().cloned().collect();
    for name in names {
        if !FOR_EVERYBODY.contains(&name) {
            headers.remove(&name);
        }
    }
    headers
}

/// Returns the URL of `location`, which may be relative to `base` (RFC 3986, section 5).
fn resolved(base: &Url, location: &str) -> Result<Url, String> {
    let parse = |text: &str| text.parse().map_err(|error: UrlError| error.to_string());
    let is_complete = location
        .split(['/', '?', '#'])
        .next()
        .is_some_and(|start| start.ends_with(':'));
    if is_complete {
        return parse(location);
    }
    // The base loses its query, which no relative location keeps and which may have characters that
    // RFC 3986 does not know. A location that is a fragment only names the same page.
    let path = base.target().split('?').next().unwrap_or("/");
    if location.is_empty() || location.starts_with('#') {
        return Ok(base.clone());
    }
    let text = format!("{}://{}{path}", base.scheme().name(), base.authority());
    let base = UriAbsoluteStr::new(&text).map_err(|_| NO_URL)?;
    let reference = UriReferenceStr::new(location).map_err(|_| NO_URL)?;
    parse(&reference.resolve_against(base).to_string())
}

#[cfg(test)]
mod tests {
    use super::{Outgoing, next, resolved};
    use capwire_contracts::http::Request;
    use hyper::header::{HeaderMap, HeaderValue, LOCATION};
    use hyper::{Method, StatusCode};

    #[test]
    fn locations_are_relative_to_the_request() {
        let base = "https://a.com/b/c?d".parse().unwrap();
        for (location, url) in [
            ("https://e.com/f", "https://e.com/f"),
            ("//e.com:81/f", "https://e.com:81/f"),
            ("/f?g", "https://a.com/f?g"),
            ("f", "https://a.com/b/f"),
            ("../f", "https://a.com/f"),
            ("../../../f", "https://a.com/f"),
            ("?g", "https://a.com/b/c?g"),
            ("f#g", "https://a.com/b/f"),
            ("#g", "https://a.com/b/c?d"),
        ] {
            let resolved = resolved(&base, location).unwrap();
            assert_eq!(resolved.to_string(), url, "{location}");
        }
        for wrong in [
            "http:/e.com",
            "https:e.com",
            "ftp://e.com/",
            "//e.com\\@f.com",
            "\\\\e.com",
            "http://e.com@f.com/",
            "//127.1/",
            "javascript:alert(1)",
            "//b\u{fc}cher.example/",
            "file:///etc/passwd",
        ] {
            assert!(resolved(&base, wrong).is_err(), "{wrong}");
        }
    }

    fn redirected(method: &str, status: u16, location: &str) -> Outgoing {
        let request = Request::new(method, "https://a.com/")
            .with_header("authorization", "secret")
            .with_header("cookie", "secret")
            .with_header("x-api-key", "secret")
            .with_header("content-type", "text/plain")
            .with_header("accept", "text/plain")
            .with_body("body");
        let request = Outgoing::checked(request, None).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::try_from(location).unwrap());
        let status = StatusCode::from_u16(status).unwrap();
        next(&request, status, &headers).unwrap().unwrap()
    }

    #[test]
    fn the_method_and_the_body_are_kept_where_http_says_so() {
        for (method, status, sent) in [
            ("POST", 301, "GET"),
            ("POST", 302, "GET"),
            ("PUT", 302, "PUT"),
            ("PUT", 303, "GET"),
            ("HEAD", 303, "HEAD"),
            ("POST", 307, "POST"),
            ("DELETE", 308, "DELETE"),
        ] {
            let next = redirected(method, status, "/b");
            assert_eq!(next.method, Method::from_bytes(sent.as_bytes()).unwrap());
            let keeps = sent == method;
            assert_eq!(next.body.is_empty(), !keeps, "{method} {status}");
            assert_eq!(next.headers.contains_key("content-type"), keeps);
            assert!(next.headers.contains_key("authorization"));
        }
    }

    #[test]
    fn another_origin_gets_no_credentials() {
        for location in [
            "https://b.com/",
            "https://a.com:8443/",
            "https://www.a.com/",
        ] {
            let headers = redirected("GET", 307, location).headers;
            let mut names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
            names.sort_unstable();
            assert_eq!(
                names,
                ["accept", "content-type", "user-agent"],
                "{location}"
            );
        }
    }
}
