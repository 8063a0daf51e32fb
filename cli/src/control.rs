//! How a running host is asked to do something, by the same user on the same machine.
//!
//! Each host listens on a Unix socket in a folder that only its user can look into. A connection
//! carries one request and one reply, each a line of JSON; the bytes of a module follow the line
//! that announces them. The peer's user is asked of the system, not of the peer.

mod answers;
mod client;
mod folder;
mod message;
mod server;
mod socket;

pub(crate) use client::Connection;
pub(crate) use message::{ActorEntry, Ask, Calls, Listing, ProviderEntry, Stopped, Swap, Swapped};
pub(crate) use server::Control;
