//! The parts that the providers on NATS share: the server of a binding, its users, and connections to it.
#![forbid(unsafe_code)]

mod connection;
mod identifiers;
mod keys;
mod login;
mod server;

pub use connection::{connected, logged};
pub use identifiers::Identifiers;
pub use keys::{FILE_KEYS, KEYS};
pub use server::{NotConnected, Server};
