//! The parts that all providers of `wascc:eventstreams` share.
//!
//! * [`check_name`] and [`Follows`] read the names of streams.
//! * [`Settings`] has the values of a binding.
//! * [`Follower`] delivers events to an actor in order, each at least once, from a [`Source`].
//! * [`Members`] has the bindings of a provider.
//! * [`check_event`] and [`Selection`] read the requests of actors.
//! * [`Answer`] has the events of a query, with a bound for their size.
//! * [`EventId`] reads ids like those of Redis, and [`Bell`] tells followers of new events.
//! * [`Failure`] has the errors.
#![forbid(unsafe_code)]

mod answer;
mod bell;
mod delivery;
mod failure;
mod follower;
mod id;
mod keys;
mod letter;
mod members;
mod name;
mod request;
mod settings;
mod source;

pub use answer::{Answer, MAX_ANSWER, size};
pub use bell::Bell;
pub use failure::Failure;
pub use follower::{DRAIN, Follower};
pub use id::{EventId, NotAnId};
pub use keys::{ACK_WAIT, KEYS};
pub use members::{Member, Members};
pub use name::{DEAD, Follows, MAX_NAME, NameError, check_name};
pub use request::{Selection, check_event};
pub use settings::{DeadLetters, Settings, Start, ack_wait};
pub use source::{Source, Taken};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
