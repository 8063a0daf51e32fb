//! The keys of a binding.

use capwire_eventstreams::ACK_WAIT;
use capwire_provider::Key;

pub(crate) const PREFIX: &str = "PREFIX";
pub(crate) const MAX_LENGTH: &str = "MAX_LENGTH";
pub(crate) const MAX_AGE: &str = "MAX_AGE";
pub(crate) const POLL: &str = "POLL";

const OWN: &[Key] = &[
    Key::new(
        PREFIX,
        "the actor's public key and `:`",
        "The text before the name of each stream on the server. Bindings with the same prefix share their streams. With an empty prefix, the \
         keys on the server are the names of the streams, as with the provider of 2020.",
    ),
    Key::new(
        MAX_LENGTH,
        "none",
        "The number of events of a stream, about: a write removes the oldest ones beyond it. Not together with `MAX_AGE`.",
    ),
    Key::new(
        MAX_AGE,
        "none: events stay",
        "The age in days, up to 36500, after which events are not read. A write removes most of them.",
    ),
    ACK_WAIT,
    Key::new(
        POLL,
        "`100ms`",
        "The time between two questions for new events of a stream. Those that an actor of the same host writes are asked for at once.",
    ),
];

const COMMON: usize = capwire_redis_common::KEYS.len() + capwire_eventstreams::KEYS.len();
const OF_ALL: [Key; COMMON] = Key::joined(capwire_redis_common::KEYS, capwire_eventstreams::KEYS);
const COUNT: usize = COMMON + OWN.len();
const TABLE: [Key; COUNT] = Key::joined(&OF_ALL, OWN);
const NAMES: [&str; COUNT] = Key::names(&TABLE);

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &TABLE;

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;
