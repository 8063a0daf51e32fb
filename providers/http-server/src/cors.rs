//! Requests of pages from other origins (CORS, <https://fetch.spec.whatwg.org/#http-cors-protocol>).

mod read;

use bytes::Bytes;
use capwire_serving::{Request, Response};
use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderName, HeaderValue, ORIGIN, VARY,
};
use hyper::{HeaderMap, Method, StatusCode};

/// The begin of the names of fields that only the server sets.
const OWN_FIELDS: &str = "access-control-";

/// The rules of a binding for pages from other origins.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    origins: Origins,
    has_credentials: bool,
    methods: HeaderValue,
    headers: Option<HeaderValue>,
    exposed: Option<HeaderValue>,
    /// The time in seconds for which browsers may remember the answer to a preflight.
    max_age: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Origins {
    All,
    These(Vec<String>),
}

/// Returns the method that a preflight asks for, or `None` if the request is no preflight.
pub(crate) fn requested_method(method: &Method, headers: &HeaderMap) -> Option<Method> {
    if *method != Method::OPTIONS || !headers.contains_key(ORIGIN) {
        return None;
    }
    let requested = headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    Method::from_bytes(requested.as_bytes()).ok()
}

impl Cors {
    /// Returns the value of `Access-Control-Allow-Origin` for a request with this head, if it is allowed.
    pub(crate) fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut origins = headers.get_all(ORIGIN).iter();
        let (Some(origin), None) = (origins.next(), origins.next()) else {
            return None;
        };
        match &self.origins {
            Origins::All => Some(HeaderValue::from_static("*")),
            Origins::These(known) => {
                let is_known = known
                    .iter()
                    .any(|known| known.as_bytes() == origin.as_bytes());
                is_known.then(|| origin.clone())
            }
        }
    }

    /// Returns the response to a preflight, or `None` if the request is for the actor.
    pub(crate) fn preflight(&self, request: &Request, is_allowed: bool) -> Option<Response> {
        requested_method(request.method(), request.headers())?;
        if !is_allowed {
            let text = "This origin is not allowed";
            let mut response = Response::new(Bytes::from_static(text.as_bytes()).into());
            *response.status_mut() = StatusCode::FORBIDDEN;
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, plain);
            return Some(response);
        }
        let mut response = Response::new(Bytes::new().into());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        if let Some(names) = &self.headers {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        if let Some(seconds) = self.max_age {
            headers.insert(ACCESS_CONTROL_MAX_AGE, seconds.into());
        }
        Some(response)
    }

    /// Removes the actor's own fields of this kind from a response.
    pub(crate) fn clean(headers: &mut HeaderMap) {
        let is_own = |name: &&HeaderName| name.as_str().starts_with(OWN_FIELDS);
        let own: Vec<HeaderName> = headers.keys().filter(is_own).cloned().collect();
        for name in own {
            headers.remove(name);
        }
    }

    /// Adds the fields of a response to a request with this allowed origin.
    pub(crate) fn tell(&self, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
        if self.origins != Origins::All {
            // Also without an origin: a cache must not give this response to a page.
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
        let Some(origin) = origin else {
            return;
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.has_credentials {
            let yes = HeaderValue::from_static("true");
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
        if let Some(exposed) = &self.exposed {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
    }
}
