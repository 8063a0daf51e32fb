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

pub use capwire_contracts::http::*;
pub use client::{RequestBuilder, SendError, delete, get, head, patch, post, put, request};

use crate::error::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Methods of requests for actors.
pub trait RequestExt {
    /// Decodes the body from JSON.
    ///
    /// # Errors
    /// Returns an error if the body is not the JSON of a `T`.
    fn json<T: DeserializeOwned>(&self) -> Result<T>;
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
}

impl RequestExt for Request {
    fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::msg(format!("cannot read the request's body as JSON: {error}")))
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
}
