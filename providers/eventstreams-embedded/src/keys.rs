//! The keys of a binding.

use capwire_provider::Key;

pub(crate) const SPACE: &str = capwire_embedded_common::SPACE;
pub(crate) const MAX_BYTES: &str = "MAX_BYTES";
pub(crate) const MAX_AGE: &str = "MAX_AGE";
pub(crate) const WHEN_FULL: &str = "WHEN_FULL";

const OWN: &[Key] = &[
    Key::new(
        SPACE,
        "none: each actor has its own streams",
        "The name of streams that all bindings with the same name share.",
    ),
    Key::new(
        MAX_BYTES,
        "`1GiB`",
        "The maximum size of all streams together. Each event counts its stream twice, its values, and 128 bytes.",
    ),
    Key::new(
        WHEN_FULL,
        "`refuse`",
        "`refuse` means that an event without room is refused, `discard` that the oldest events of all streams make room.",
    ),
    Key::new(
        MAX_AGE,
        "none: events stay",
        "The age in days, up to 36500, after which events go.",
    ),
];

const COUNT: usize = capwire_eventstreams::KEYS.len() + OWN.len();
const TABLE: [Key; COUNT] = Key::joined(capwire_eventstreams::KEYS, OWN);
const NAMES: [&str; COUNT] = Key::names(&TABLE);

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &TABLE;

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;
