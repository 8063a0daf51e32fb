//! Requests of the actor, through a provider of `wascc:http_client`.

use super::{CLIENT_CONTRACT, OP_PERFORM_REQUEST, Request, Response};
use crate::target::{CallError, Target, capability};
use serde::Serialize;
use std::fmt::Write as _;

/// Returns a request with the method `GET` to a complete URL.
///
/// ```
/// use capwire_actor::prelude::*;
/// use capwire_actor::testing::FakeHost;
///
/// let host = FakeHost::new().on_request(|_| http::Response::text("hello"));
/// let response = host.run(|| http::get("https://example.com/").send())?;
/// assert_eq!(response.body, b"hello");
/// # Ok::<(), Error>(())
/// ```
pub fn get(url: &str) -> RequestBuilder {
    request("GET", url)
}

/// Returns a request with the method `HEAD`.
pub fn head(url: &str) -> RequestBuilder {
    request("HEAD", url)
}

/// Returns a request with the method `POST`.
pub fn post(url: &str) -> RequestBuilder {
    request("POST", url)
}

/// Returns a request with the method `PUT`.
pub fn put(url: &str) -> RequestBuilder {
    request("PUT", url)
}

/// Returns a request with the method `PATCH`.
pub fn patch(url: &str) -> RequestBuilder {
    request("PATCH", url)
}

/// Returns a request with the method `DELETE`.
pub fn delete(url: &str) -> RequestBuilder {
    request("DELETE", url)
}

/// Returns a request with any method, in capital letters.
pub fn request(method: &str, url: &str) -> RequestBuilder {
    let request = Request {
        method: method.to_owned(),
        path: url.to_owned(),
        ..Request::default()
    };
    RequestBuilder {
        target: capability(CLIENT_CONTRACT),
        request,
        fault: None,
    }
}

/// A request that is not sent yet.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder {
    target: Target,
    request: Request,
    /// The first error of a body, which [`send`](Self::send) returns.
    fault: Option<serde_json::Error>,
}

/// The error of a request without a response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The body cannot be expressed as JSON.
    #[error("cannot write the request's body as JSON")]
    Json(#[from] serde_json::Error),
    /// The host refused the request, or no response came.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl RequestBuilder {
    /// Sends the request through the binding `name` instead of `default`.
    pub fn named(mut self, name: &str) -> Self {
        self.target = self.target.named(name);
        self
    }

    /// Sets a header. A second value of the same name replaces the first one.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.request = self.request.with_header(name, value);
        self
    }

    /// Sets the header `Authorization` to a token of the kind `Bearer`.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Appends `name=value` to the query of the URL, percent-encoded.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    /// use capwire_actor::testing::FakeHost;
    ///
    /// let host = FakeHost::new().on_request(|_| http::Response::ok());
    /// host.run(|| http::get("https://a.com/b?c=d").query("q", "x y&z").send())?;
    /// assert_eq!(host.requests()[0].path, "https://a.com/b?c=d&q=x%20y%26z");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let (url, fragment) = match self.request.path.split_once('#') {
            Some((url, fragment)) => (url.to_owned(), format!("#{fragment}")),
            None => (std::mem::take(&mut self.request.path), String::new()),
        };
        let separator = match url.find('?') {
            None => "?",
            Some(at) if at + 1 == url.len() => "",
            Some(_) => "&",
        };
        let pair = format!("{}={}", encoded(name), encoded(value));
        self.request.path = format!("{url}{separator}{pair}{fragment}");
        self
    }

    /// Replaces the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.request.body = body.into();
        self
    }

    /// Replaces the body by `value` as JSON, and sets `Content-Type`.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.header("content-type", "application/json").body(body),
            Err(error) => Self {
                fault: self.fault.or(Some(error)),
                ..self
            },
        }
    }

    /// Replaces the body by the fields of a form, percent-encoded, and sets `Content-Type`.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    /// use capwire_actor::testing::FakeHost;
    ///
    /// let host = FakeHost::new().on_request(|_| http::Response::ok());
    /// host.run(|| http::post("https://a.com/").form(&[("a", "1"), ("b", "=")]).send())?;
    /// assert_eq!(host.requests()[0].body, b"a=1&b=%3D");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter();
        let pairs = fields.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let pairs: Vec<String> = pairs.collect();
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(pairs.join("&"))
    }

    /// Sends the request and waits for its response. Every status is a response; see
    /// [`success`](super::ResponseExt::success).
    ///
    /// # Errors
    /// Returns an error if the body is no JSON, the host or the provider refuses the request, or no
    /// response comes in time.
    pub fn send(self) -> Result<Response, SendError> {
        match self.fault {
            Some(error) => Err(error.into()),
            None => Ok(self.target.call(OP_PERFORM_REQUEST, &self.request)?),
        }
    }
}

/// Percent-encodes all bytes that are not unreserved (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
