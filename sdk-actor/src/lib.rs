//! The SDK for capwire actors: handlers, typed capability clients, and tests without a host.
//!
//! An actor handles messages. It accesses the outside world only through the capabilities that it
//! is signed for. [`actor!`] declares the handlers:
//!
//! ```
//! use capwire_actor::prelude::*;
//!
//! actor! {
//!     http => greet,
//! }
//!
//! fn greet(request: http::Request) -> Result<http::Response> {
//!     let visits = keyvalue::default().add(&request.path, 1)?;
//!     http::Response::json(&json!({ "visits": visits }))
//! }
//! # use capwire_actor::testing::FakeHost;
//! # let response = FakeHost::new().http(&ACTOR, http::Request::new("GET", "/")).unwrap();
//! # assert_eq!(response.body, br#"{"visits":1}"#);
//! ```
//!
//! For a host, build a `cdylib` for `wasm32-unknown-unknown`. For tests, build the actor like any
//! other library: on native targets, a [`testing::FakeHost`] replaces the host.
//!
//! # Panics
//! If a handler panics, its call fails. The panic's message and source line become the call's error
//! and a line of the host's log. The host does not reuse the instance, and the next call gets
//! another one. A host with backtraces shows the names of the functions, provided that the linker
//! keeps them: use `strip = "debuginfo"` in the profile and not `strip = true`.

#![deny(unsafe_code)]

#[cfg(target_family = "wasm")]
mod abi;
pub mod blobstore;
pub mod config;
mod console;
mod dispatch;
mod error;
pub mod eventstreams;
pub mod extras;
pub mod http;
pub mod keyvalue;
pub mod logging;
pub mod messaging;
pub mod sql;
mod target;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod timer;

#[cfg(target_family = "wasm")]
use abi as host;
#[cfg(not(target_family = "wasm"))]
use testing as host;

pub use capwire_contracts as contracts;
pub use capwire_contracts::codec;
pub use dispatch::{Actor, Handler};
pub use error::{Error, Result};
pub use log;
pub use serde_json::json;
pub use target::{CallError, Target, actor, capability};

/// The items that most actors need: `use capwire_actor::prelude::*`.
pub mod prelude {
    pub use crate::http::{RequestExt as _, ResponseExt as _};
    pub use crate::{Error, Result, actor, capability, console_log, json, log, router, values};
    pub use crate::{
        blobstore, config, eventstreams, extras, http, keyvalue, logging, messaging, sql, timer,
    };
}

/// Items for the expansions of this crate's macros only.
#[doc(hidden)]
pub mod __private {
    #[cfg(target_family = "wasm")]
    pub use crate::abi::guest_call;
    pub use crate::console::console_log;
    pub use crate::dispatch::typed;
    pub use crate::http::router::{ANY, Pattern, Route, route, run};
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
