//! Commands to a running host, by the same user on the same machine.
//!
//! Each host listens on a Unix socket in a folder that only its user can open. A connection carries
//! one request and one reply, each a line of JSON; the bytes of a module follow the line that
//! announces them, and a line for each event follows the reply to a request for events. The system
//! reports the user of the peer, so a peer cannot pretend to be another user.

mod client;
mod clients;
mod events;
mod folder;
mod handler;
mod message;
mod providers;
mod server;
mod singles;
mod socket;

pub(crate) use client::Connection;
pub(crate) use message::{
    ActorEntry, Bind, Calls, Canary, HostCommand, Listing, ProviderEntry, ProviderSwapped, Started,
    Stopped, Swap, SwapProvider, Swapped, Unbind,
};
pub(crate) use server::Control;
