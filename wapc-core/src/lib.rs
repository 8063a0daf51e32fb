//! waPC as data: a sans-IO conversation between a host and a WebAssembly guest.
//!
//! A guest receives an operation and a payload, may call its host, and answers with bytes or an
//! error. Neither side relies on the other's memory management. This crate contains the protocol
//! ([`Conversation`]), the traits that engines implement ([`Engine`], [`Module`], [`PlainInstance`],
//! [`SuspendableInstance`]) and the guests that hosts use ([`PlainGuest`], [`Guest`]). It has no
//! clock, thread, I/O, async runtime or engine.
//!
//! # Two kinds of guest
//! A [`PlainGuest`] runs on its caller's stack, and its host calls are answered at once. A [`Guest`]
//! can wait: a call is a loop over [`Step`]. A synchronous host runs the loop below as it is. An
//! asynchronous host adds one `.await` to it.
//!
//! ```
//! use capwire_wapc::{CallError, Guest, Reply, Request, Step};
//!
//! fn shout(guest: &mut Guest) -> Result<bytes::Bytes, CallError> {
//!     let mut step = guest.call(Request::new("shout", &b"hello"[..]))?;
//!     loop {
//!         step = match step {
//!             Step::Done(response) => return Ok(response),
//!             Step::HostCall(pending) => {
//!                 let upper = pending.call().payload().to_ascii_uppercase();
//!                 pending.reply(Reply::data(upper))? // an async host awaits before this line
//!             }
//!             Step::Sleeping(asleep) => asleep.wake()?, // after `asleep.time()`
//!             Step::Yielded(paused) => paused.resume()?, // deadlines are the host's policy
//!         };
//!     }
//! }
//! ```

#![forbid(unsafe_code)]

pub mod abi;
mod abort;
pub mod assemblyscript;
mod bounded;
mod conversation;
mod engine;
mod error;
mod exceeded;
pub mod exports;
mod growth;
mod guest;
mod limits;
mod memory;
mod message;
mod recent_output;
mod trap;
mod world;

pub use abort::Abort;
pub use bounded::MAX_TEXT;
pub use conversation::Conversation;
pub use engine::{
    Engine, HostCalls, Module, PlainInstance, Progress, Resume, Support, SuspendableInstance,
    Verdict,
};
pub use error::{
    CallError, CompileError, GuestError, LimitError, Misuse, ProtocolError, Source, StartError,
};
pub use exceeded::Exceeded;
pub use growth::Growth;
pub use guest::{Asleep, Guest, Paused, Pending, PlainGuest, StartStep, Starting, Step};
pub use limits::{PAGE_SIZE, ResourceLimits};
pub use memory::Span;
pub use message::{HostCall, Reply, Request, SuspendedCall};
pub use trap::{Frame, Trap, TrapKind};
pub use world::{EmptyWorld, NoEntropy, World};
