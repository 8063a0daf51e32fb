//! The keys of a binding that all brokers have.

use capwire_provider::Key;

/// Defines a constant for each key, and the table of all keys in the order of the documentation.
macro_rules! keys {
    ($($name:ident: $default:literal, $about:literal;)*) => {
        $(pub(crate) const $name: &str = stringify!($name);)*

        /// The keys of a binding that all brokers have, in the order of the documentation.
        pub const KEYS: &[Key] = &[$(Key::new($name, $default, $about)),*];
    };
}

keys! {
    SUBSCRIPTION:
        "none: the actor only sends",
        "The subjects whose messages the actor gets, with commas between them. `*` stands for one part, and `>` at \
                the end for one part or more.";
    QUEUEGROUP_NAME:
        "the actor's public key",
        "The queue group of all subscriptions. One member of a group gets each message. Empty means no group: each \
                binding gets each message.";
    MAX_CONCURRENT:
        "`1`",
        "The maximum number of messages that the actor handles at the same time, from 1 to 10000. With 1, it gets \
                them in order.";
    MAX_QUEUE:
        "`1000`",
        "The maximum number of messages that wait for the actor or that it handles, from 1 to 1000000.";
    MAX_QUEUE_BYTES:
        "`16MiB`",
        "The maximum size of these messages. Each counts 128 bytes more than its content.";
    MAX_MESSAGE:
        "`1MiB`",
        "The maximum size of the body of a message that the actor sends, at most `64MiB`.";
    TIMEOUT:
        "`5s`",
        "The maximum time of an operation, also if a request asks for more. The caller's deadline ends it, too.";
}
