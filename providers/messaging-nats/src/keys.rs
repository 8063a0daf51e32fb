//! The keys of a binding: those of the server, those that all brokers have, and those of a stream.

use capwire_provider::Key;

/// Defines a constant for each key of a stream, and their table.
macro_rules! keys {
    ($($name:ident: $default:literal, $about:literal;)*) => {
        $(pub(crate) const $name: &str = stringify!($name);)*

        const OF_STREAM: &[Key] = &[$(Key::new($name, $default, $about)),*];
    };
}

keys! {
    STREAM:
        "none: each message is delivered at most once",
        "The stream of JetStream that keeps the messages until the actor has handled them. If there is none, a stream for \
                the subjects of `SUBSCRIPTION` and `DEAD_LETTERS` is created.";
    STREAM_BYTES:
        "`1GiB`",
        "The maximum size of a stream that is created. A message that does not fit is refused.";
    MAX_TRIES:
        "`5`",
        "The number of times that a message is delivered, at most, from 1 to 1000. Then it goes to `DEAD_LETTERS`.";
    BACKOFF:
        "`1s, 5s, 30s`",
        "The pauses after the first, the second and the further failures of a message. The last one repeats.";
    DEAD_LETTERS:
        "`dead.` and the stream's name",
        "The subject for messages that the actor did not handle. A stream must keep it. Empty means that they are dropped, and logged.";
    ACK_WAIT:
        "`30s`",
        "The time after which a message is delivered again if its host says nothing of it, at least `1s`. It does not bound handlers.";
}

const OF_BROKERS: usize = capwire_nats_common::KEYS.len() + capwire_messaging::KEYS.len();
const BROKERS: [Key; OF_BROKERS] = Key::joined(capwire_nats_common::KEYS, capwire_messaging::KEYS);
const COUNT: usize = OF_BROKERS + OF_STREAM.len();
const TABLE: [Key; COUNT] = Key::joined(&BROKERS, OF_STREAM);
const NAMES: [&str; COUNT] = Key::names(&TABLE);

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &TABLE;

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;
