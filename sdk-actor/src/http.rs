//! Requests, responses, and their bodies as JSON.

pub use capwire_contracts::http::*;

use crate::error::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What an actor does with a request.
pub trait RequestExt {
    /// The body, read as JSON.
    ///
    /// # Errors
    /// If it is not JSON, or not that of a `T`.
    fn json<T: DeserializeOwned>(&self) -> Result<T>;
}

/// How an actor makes a response.
pub trait ResponseExt: Sized {
    /// 200 with `value` as JSON.
    ///
    /// # Errors
    /// If JSON cannot express `value`: a map whose keys are not texts or numbers, for example.
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
            .map_err(|error| Error::msg(format!("the request's body: {error}")))
    }
}

impl ResponseExt for Response {
    fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Ok(Self::ok()
            .with_header("content-type", "application/json")
            .with_body(serde_json::to_vec(value)?))
    }
}
