//! The parts that the providers on Redis share: the server of a binding, connections to it, and requests.
//!
//! * Each binding has its own connection. A connection that is lost is replaced.
//! * A request ends with the deadline of its caller, and with `TIMEOUT`.
//! * A read is sent again once. A write is never sent again: its [`Failure`] says that it may or may not have taken
//!   effect.
#![forbid(unsafe_code)]

mod address;
mod answer;
mod client;
mod connect;
mod failure;
mod keys;
mod link;
mod script;
mod settings;

pub use answer::Outcome;
pub use client::{Client, Request};
pub use connect::ConnectError;
pub use failure::{Effect, Failure};
pub use keys::{KEYS, ROOTS};
pub use script::run;
pub use settings::Settings;
