//! The keys of a binding that all providers of event streams have.

use capwire_provider::Key;

/// The key with the time after which another member of a group gets an event, for providers whose groups have members on
/// several hosts.
pub const ACK_WAIT: Key = Key::new(
    "ACK_WAIT",
    "`30s`",
    "The time after which another member of the group gets an event if its host says nothing of it, at least `1s`. It does not bound handlers.",
);

/// Defines a constant for each key, and the table of all keys in the order of the documentation.
macro_rules! keys {
    ($($name:ident: $default:literal, $about:literal;)*) => {
        $(pub(crate) const $name: &str = stringify!($name);)*

        /// The keys of a binding that all providers have, in the order of the documentation.
        pub const KEYS: &[Key] = &[$(Key::new($name, $default, $about)),*];
    };
}

keys! {
    STREAMS:
        "none: the actor only writes and queries",
        "The streams whose events the actor gets, with commas between them.";
    GROUP:
        "the actor's public key",
        "The consumer group. One member of a group handles each event. Each group has its own position in each stream.";
    START:
        "`first`",
        "The position of a group that is new: `first` for all events, `new` for those that are written later, or the id of an event for those \
                after it.";
    MAX_TRIES:
        "`5`",
        "The number of times that the actor gets an event, at most, up to 1000. Then it is a dead letter. 0 means that the stream waits until \
                the actor has handled it.";
    BACKOFF:
        "`1s, 5s, 30s`",
        "The pauses after the first, the second and the further failures of an event. The last one repeats.";
    DEAD_LETTERS:
        "`dead.` and the event's stream",
        "The stream for events that the actor did not handle. Empty means that they are dropped, and logged.";
    MAX_EVENT:
        "`1MiB`",
        "The maximum size of an event that the actor writes, at most `8MiB`: its names, values and stream.";
}
