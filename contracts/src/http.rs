//! `wascc:http_server` and `wascc:http_client`: requests and responses.

mod fields;
mod url;

use crate::core::Operation;
use std::collections::BTreeMap;

pub(crate) use url::Authority;
pub use url::{Scheme, Url, UrlError};

/// The id of the contract through which an actor receives requests.
pub const CONTRACT: &str = "wascc:http_server";
/// The id of the contract through which an actor sends requests.
pub const CLIENT_CONTRACT: &str = "wascc:http_client";

/// Delivers a [`Request`] to the actor, which returns a [`Response`].
pub const OP_HANDLE_REQUEST: &str = "HandleRequest";
/// Sends a [`Request`], with the complete URL as its path, through a provider of
/// [`CLIENT_CONTRACT`], which returns a [`Response`].
pub const OP_PERFORM_REQUEST: &str = "PerformRequest";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[Operation::to_actor(
    OP_HANDLE_REQUEST,
    "Answers an HTTP request",
)];
/// The operations of [`CLIENT_CONTRACT`].
pub const CLIENT_OPERATIONS: &[Operation] = &[Operation::to_provider(
    OP_PERFORM_REQUEST,
    "Makes an HTTP request",
)];

message! {
    /// An HTTP request.
    Request {
        /// The method in upper case, such as `GET`.
        method: String = "method",
        /// The path as sent, percent-encoded, without the query.
        path: String = "path",
        /// The query after the `?`, percent-encoded; empty if there is none.
        query_string: String = "queryString",
        /// The headers, with names in lower case.
        header: BTreeMap<String, String> = "header" or default,
        /// The body.
        body: Vec<u8> = "body" or default,
    }
}

message! {
    /// An HTTP response.
    Response {
        /// The status code, such as 200.
        status_code: u32 = "statusCode",
        /// The reason phrase. Servers ignore it and send their own.
        status: String = "status",
        /// The headers. A server sends each entry as a field of its own, so names that differ only
        /// in case, such as `Set-Cookie` and `set-cookie`, are two fields.
        header: BTreeMap<String, String> = "header" or default,
        /// The body.
        body: Vec<u8> = "body" or default,
    }
}

impl Request {
    /// Returns a request for `target`, a path with an optional query.
    ///
    /// ```
    /// let request = capwire_contracts::http::Request::new("GET", "/users?page=2");
    /// assert_eq!((&*request.path, &*request.query_string), ("/users", "page=2"));
    /// ```
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query_string) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query_string: query_string.to_owned(),
            ..Self::default()
        }
    }

    /// Returns the value of the header `name`, which is compared without regard to case, or its
    /// first value if there are several.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        fields::find(&self.header, name)
    }

    /// Sets a header. A second value of the same name replaces the first one.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.header.insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// Replaces the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

impl Response {
    /// Returns a response without headers or body.
    ///
    /// ```
    /// let response = capwire_contracts::http::Response::new(404);
    /// assert_eq!(response.status, "Not Found");
    /// ```
    #[must_use]
    pub fn new(status_code: u16) -> Self {
        Self {
            status_code: status_code.into(),
            status: reason(status_code).to_owned(),
            ..Self::default()
        }
    }

    /// Returns an empty response with the status 200.
    #[must_use]
    pub fn ok() -> Self {
        Self::new(200)
    }

    /// Returns an empty response with the status 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(404)
    }

    /// Returns a response with the status 200 and plain text.
    ///
    /// ```
    /// let response = capwire_contracts::http::Response::text("hello");
    /// assert_eq!(response.header("Content-Type"), Some("text/plain; charset=utf-8"));
    /// ```
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::ok()
            .with_header("content-type", "text/plain; charset=utf-8")
            .with_body(text.into())
    }

    /// Returns the value of the header `name`, which is compared without regard to case, or its
    /// first value if there are several.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        fields::find(&self.header, name)
    }

    /// Returns the values of the header `name`, which is compared without regard to case. Only
    /// `Set-Cookie` has more than one: see [`with_header`](Self::with_header).
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        fields::all(&self.header, name)
    }

    /// Replaces the status.
    #[must_use]
    pub fn with_status(mut self, status_code: u16) -> Self {
        self.status_code = status_code.into();
        reason(status_code).clone_into(&mut self.status);
        self
    }

    /// Sets a header. A second value of the same name replaces the first one. Only `Set-Cookie`
    /// keeps up to 512 values: each is sent as a field of its own. Values of other headers can be
    /// joined with `, `, where the header is a list.
    ///
    /// ```
    /// use capwire_contracts::http::Response;
    ///
    /// let response = Response::ok()
    ///     .with_header("Set-Cookie", "session=1; HttpOnly")
    ///     .with_header("Set-Cookie", "theme=dark");
    /// let cookies: Vec<&str> = response.header_values("set-cookie").collect();
    /// assert_eq!(cookies, ["session=1; HttpOnly", "theme=dark"]);
    /// ```
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        fields::set(&mut self.header, name, value.into());
        self
    }

    /// Replaces the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

/// Returns true if `text` can be the method of a request: capital letters, perhaps with dashes.
/// Methods are case-sensitive, but some servers take `get` for `GET`.
///
/// ```
/// use capwire_contracts::http::is_method;
///
/// assert!(is_method("GET") && is_method("M-SEARCH"));
/// assert!(!is_method("get") && !is_method("GET /") && !is_method(""));
/// ```
#[must_use]
pub fn is_method(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
    text.starts_with(|first: char| first.is_ascii_uppercase()) && text.bytes().all(is_part)
}

/// Returns the reason phrase of RFC 9110 for common status codes.
fn reason(status_code: u16) -> &'static str {
    match status_code {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
