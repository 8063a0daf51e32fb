//! HTTP requests and responses, with JSON bodies.

pub use capwire_contracts::http::*;

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

/// Constructors of responses for actors.
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
}
