//! HTTP requests and responses, with JSON bodies, and a client for `wascc:http_client`.
//!
//! An actor that claims `wascc:http_client` sends requests to the hosts that its binding allows:
//!
//! ```
//! use capwire_actor::prelude::*;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize)]
//! struct Order {
//!     item: String,
//! }
//!
//! #[derive(Deserialize, Debug, PartialEq)]
//! struct Receipt {
//!     number: u32,
//! }
//!
//! fn order(item: &str) -> Result<Receipt> {
//!     let response = http::post("https://api.example.com/orders")
//!         .query("dry", "no")
//!         .bearer("token")
//!         .json(&Order { item: item.to_owned() })
//!         .send()?;
//!     response.success()?.read_json()
//! }
//!
//! use capwire_actor::testing::FakeHost;
//! let host = FakeHost::new().on_request(|request| {
//!     assert_eq!(request.path, "https://api.example.com/orders?dry=no");
//!     assert_eq!(request.body, br#"{"item":"tea"}"#);
//!     http::Response::json(&json!({ "number": 7 })).unwrap()
//! });
//! assert_eq!(host.run(|| order("tea")).unwrap(), Receipt { number: 7 });
//! ```

mod client;
mod cookie;
mod fields;
mod path;
pub(crate) mod router;

pub use capwire_contracts::http::*;
pub use client::{RequestBuilder, SendError, delete, get, head, patch, post, put, request};
pub use cookie::{Cookie, SameSite};
pub use path::{NotEncoded, Tail};
pub use router::RouteHandler;

use crate::error::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The content type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// Methods of requests for actors.
pub trait RequestExt {
    /// Decodes the body from JSON.
    ///
    /// # Errors
    /// Returns an error if the body is not the JSON of a `T`. It has the status 400.
    fn json<T: DeserializeOwned>(&self) -> Result<T>;

    /// Decodes the query into a struct, a map, or a list of pairs. A field with several values is a
    /// list; where one value is expected, several are an error.
    ///
    /// # Errors
    /// Returns an error if the query is not a `T`. It has the status 400.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Search {
    ///     text: String,
    ///     page: Option<u32>,
    ///     #[serde(default)]
    ///     tag: Vec<String>,
    /// }
    ///
    /// let request = http::Request::new("GET", "/?text=a+b%26c&tag=x&tag=y");
    /// let search: Search = request.query()?;
    /// assert_eq!((&*search.text, search.page, search.tag.len()), ("a b&c", None, 2));
    /// # Ok::<(), Error>(())
    /// ```
    fn query<T: DeserializeOwned>(&self) -> Result<T>;

    /// Decodes the body of a form, like [`query`](Self::query).
    ///
    /// # Errors
    /// Returns an error with the status 415 if the `Content-Type` is not
    /// `application/x-www-form-urlencoded`, and one with the status 400 if the body is not a `T`.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    ///
    /// let request = http::Request::new("POST", "/")
    ///     .with_header("content-type", "application/x-www-form-urlencoded")
    ///     .with_body("name=Ada&name=Grace");
    /// let pairs: Vec<(String, String)> = request.form()?;
    /// assert_eq!(pairs[1], ("name".to_owned(), "Grace".to_owned()));
    /// # Ok::<(), Error>(())
    /// ```
    fn form<T: DeserializeOwned>(&self) -> Result<T>;

    /// Returns the names and values of the cookies, as the client sent them.
    fn cookies(&self) -> impl Iterator<Item = (&str, &str)>;

    /// Returns the value of a cookie, or the first value if there are several.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    ///
    /// let request = http::Request::new("GET", "/").with_header("cookie", "a=1; session=2");
    /// assert_eq!(request.cookie("session"), Some("2"));
    /// ```
    fn cookie(&self, name: &str) -> Option<&str>;
}

/// Methods of responses for actors.
pub trait ResponseExt: Sized {
    /// Returns a response with the status 200 and `value` as JSON.
    ///
    /// # Errors
    /// Returns an error if JSON cannot express `value`, for example a map whose keys are neither
    /// texts nor numbers.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    ///
    /// let response = http::Response::json(&json!({ "id": 7 }))?.with_status(201);
    /// assert_eq!(response.body, br#"{"id":7}"#);
    /// # Ok::<(), Error>(())
    /// ```
    fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self>;

    /// Decodes the body from JSON.
    ///
    /// # Errors
    /// Returns an error if the body is not the JSON of a `T`.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    ///
    /// let response = http::Response::ok().with_body("[1, 2]");
    /// assert_eq!(response.read_json::<Vec<u8>>()?, [1, 2]);
    /// # Ok::<(), Error>(())
    /// ```
    fn read_json<T: DeserializeOwned>(&self) -> Result<T>;

    /// Returns the response if its status is from 200 to 299.
    ///
    /// # Errors
    /// Returns an error that names the status otherwise.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    ///
    /// assert!(http::Response::ok().success().is_ok());
    /// let error = http::Response::not_found().success().unwrap_err();
    /// assert_eq!(error.to_string(), "the server answered with the status 404 Not Found");
    /// ```
    fn success(self) -> Result<Self>;

    /// Sets a cookie.
    ///
    /// # Errors
    /// Returns an error if the [cookie is wrong](Cookie::text).
    fn with_cookie(self, cookie: &Cookie) -> Result<Self>;
}

impl RequestExt for Request {
    fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Error::http(
                400,
                format!("cannot read the request's body as JSON: {error}"),
            )
        })
    }

    fn query<T: DeserializeOwned>(&self) -> Result<T> {
        fields::read(self.query_string.as_bytes())
            .map_err(|error| Error::http(400, format!("cannot read the query: {error}")))
    }

    fn form<T: DeserializeOwned>(&self) -> Result<T> {
        let kind = self.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim_ascii();
        if !kind.eq_ignore_ascii_case(FORM) {
            let text = format!("expected a form: the content type must be {FORM}");
            return Err(Error::http(415, text));
        }
        fields::read(&self.body)
            .map_err(|error| Error::http(400, format!("cannot read the form: {error}")))
    }

    fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        cookie::pairs(self.header("cookie").unwrap_or_default())
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        let mut of_name = self.cookies().filter(|(known, _)| *known == name);
        of_name.next().map(|(_, value)| value)
    }
}

impl ResponseExt for Response {
    fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Ok(Self::ok()
            .with_header("content-type", "application/json")
            .with_body(serde_json::to_vec(value)?))
    }

    fn read_json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Error::msg(format!("cannot read the response's body as JSON: {error}"))
        })
    }

    fn success(self) -> Result<Self> {
        if (200..300).contains(&self.status_code) {
            return Ok(self);
        }
        let status = format!("{} {}", self.status_code, self.status);
        let text = format!("the server answered with the status {}", status.trim_end());
        Err(Error::msg(text))
    }

    fn with_cookie(self, cookie: &Cookie) -> Result<Self> {
        Ok(self.with_header("set-cookie", cookie.text()?))
    }
}
