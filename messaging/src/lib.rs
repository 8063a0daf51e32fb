//! The parts that all providers of `wascc:messaging` share: subjects, the keys of a binding, and
//! bounded queues from which messages are delivered to actors.
//!
//! * [`Pattern`] and [`check_subject`] read subjects as NATS does.
//! * [`Settings`] has the values of a binding.
//! * [`Delivery`] delivers the messages of one binding to its actor, each at most once.
//! * [`Inboxes`] has the requests that wait for replies.
//! * [`Failure`] has the errors, each with its class.
#![forbid(unsafe_code)]

mod delivery;
mod failure;
mod inbox;
mod keys;
mod message;
mod queue;
mod settings;
mod subject;

pub use delivery::{DRAIN, Delivery};
pub use failure::Failure;
pub use inbox::{Inbox, Inboxes, token};
pub use keys::KEYS;
pub use message::Message;
pub use settings::{Limits, Settings};
pub use subject::{MAX_SUBJECT, Pattern, SubjectError, check_group, check_subject};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
