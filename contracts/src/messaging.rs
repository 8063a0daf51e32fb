//! `wascc:messaging`: messages and requests on subjects.

mod class;

pub use class::ErrorClass;

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:messaging";

/// Publishes a message: the actor sends a [`BrokerMessage`]; the answer is ignored.
pub const OP_PUBLISH: &str = "Publish";
/// Sends a request: the actor sends a [`RequestMessage`] and gets the reply's bytes without further
/// encoding.
pub const OP_REQUEST: &str = "Request";
/// Delivers a [`BrokerMessage`] to the actor; the answer is ignored.
pub const OP_DELIVER_MESSAGE: &str = "DeliverMessage";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_PUBLISH, "Publishes a message on a subject"),
    Operation::to_provider(OP_REQUEST, "Publishes a message and waits for one reply"),
    Operation::to_actor(OP_DELIVER_MESSAGE, "Handles a message"),
];

message! {
    /// A message on a subject.
    BrokerMessage {
        /// The subject.
        subject: String = "subject",
        /// The subject for replies; empty if no reply is expected.
        reply_to: String = "replyTo" or default,
        /// The content.
        body: Vec<u8> = "body",
    }
}

message! {
    /// A message that expects one reply.
    RequestMessage {
        /// The subject.
        subject: String = "subject",
        /// The content.
        body: Vec<u8> = "body",
        /// The time to wait for the reply, in milliseconds.
        timeout: i64 = "timeout",
    }
}
