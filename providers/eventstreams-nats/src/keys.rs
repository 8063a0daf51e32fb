//! The keys of a binding.

use capwire_eventstreams::ACK_WAIT;
use capwire_provider::Key;

pub(crate) const JETSTREAM: &str = "JETSTREAM";
pub(crate) const MAX_BYTES: &str = "MAX_BYTES";
pub(crate) const WHEN_FULL: &str = "WHEN_FULL";
pub(crate) const MAX_LENGTH: &str = "MAX_LENGTH";
pub(crate) const MAX_AGE: &str = "MAX_AGE";
pub(crate) const REPLICAS: &str = "REPLICAS";
pub(crate) const STORAGE: &str = "STORAGE";
pub(crate) const TIMEOUT: &str = "TIMEOUT";
pub(crate) const MAX_CALLS: &str = "MAX_CALLS";

const OWN: &[Key] = &[
    Key::new(
        JETSTREAM,
        "the actor's public key",
        "The stream of JetStream that has the events: letters, digits, `-` and `_`. It is created if the server has none with this name. \
         Bindings with the same one share all their streams.",
    ),
    Key::new(
        MAX_BYTES,
        "none",
        "The maximum size of the stream of JetStream, for which the server reserves room.",
    ),
    Key::new(
        WHEN_FULL,
        "`refuse`",
        "`refuse` means that an event beyond `MAX_BYTES` is refused, `discard` that the oldest events of all streams make room. It needs \
         `MAX_BYTES`.",
    ),
    Key::new(
        MAX_LENGTH,
        "none",
        "The number of events of each stream: a write removes the oldest ones beyond it.",
    ),
    Key::new(
        MAX_AGE,
        "none: events stay",
        "The age in days, up to 36500, after which the server removes events.",
    ),
    Key::new(
        REPLICAS,
        "`1`",
        "The servers of a cluster that have a copy of a new stream of JetStream, from 1 to 5.",
    ),
    Key::new(
        STORAGE,
        "`file`",
        "`file` keeps a new stream of JetStream on the disk of the server, and `memory` in its memory.",
    ),
    ACK_WAIT,
    Key::new(
        TIMEOUT,
        "`5s`",
        "The maximum time of an operation, at most `60s`. The caller's deadline ends it, too.",
    ),
    Key::new(
        MAX_CALLS,
        "`256`",
        "The maximum number of operations at once, from 1 to 4096. Others wait, within their time.",
    ),
];

const COMMON: usize = capwire_nats_common::KEYS.len() + capwire_eventstreams::KEYS.len();
const OF_ALL: [Key; COMMON] = Key::joined(capwire_nats_common::KEYS, capwire_eventstreams::KEYS);
const COUNT: usize = COMMON + OWN.len();
const TABLE: [Key; COUNT] = Key::joined(&OF_ALL, OWN);
const NAMES: [&str; COUNT] = Key::names(&TABLE);

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &TABLE;

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;
