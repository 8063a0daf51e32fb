//! The keys of a binding: those of the server, and those that all brokers have.

use capwire_provider::Key;

const COUNT: usize = capwire_nats_common::KEYS.len() + capwire_messaging::KEYS.len();
const TABLE: [Key; COUNT] = Key::joined(capwire_nats_common::KEYS, capwire_messaging::KEYS);
const NAMES: [&str; COUNT] = Key::names(&TABLE);

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &TABLE;

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;
