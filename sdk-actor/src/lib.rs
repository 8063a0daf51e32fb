//! Write a capwire actor: handlers, typed capability clients, tests without a host.
//!
//! An actor is a function from messages to messages that reaches the world only through the
//! capabilities it was signed for. [`actor!`] says which function handles what:
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
//! For the host, build a `cdylib` for `wasm32-unknown-unknown`. For tests, build it as any other
//! library: on native targets a [`testing::FakeHost`] answers instead of a real one.
//!
//! # Panics
//! A handler that panics fails its call: the message and the line of the source are the call's error
//! and a line of the host's log. The instance is not used again, and the next call gets another one.
//! Hosts that know in which functions it happened show their names, if the linker keeps them: with
//! `strip = "debuginfo"` in the profile, but not with `strip = true`.

#![deny(unsafe_code)]

#[cfg(target_family = "wasm")]
mod abi;
mod console;
mod dispatch;
mod error;
pub mod extras;
pub mod http;
pub mod keyvalue;
pub mod logging;
mod target;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

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

/// What most actors need: `use capwire_actor::prelude::*`.
pub mod prelude {
    pub use crate::http::{RequestExt as _, ResponseExt as _};
    pub use crate::{Error, Result, actor, capability, console_log, extras, http, json, keyvalue};
    pub use crate::{log, logging};
}

/// For the expansions of this crate's macros only.
#[doc(hidden)]
pub mod __private {
    #[cfg(target_family = "wasm")]
    pub use crate::abi::guest_call;
    pub use crate::console::console_log;
    pub use crate::dispatch::typed;
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
