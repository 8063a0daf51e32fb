//! `wascc:messaging`: subjects, messages, requests.

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:messaging";

/// Actor to provider: [`BrokerMessage`], the answer is ignored.
pub const OP_PUBLISH: &str = "Publish";
/// Actor to provider: [`RequestMessage`] to the reply's bytes, as they are.
pub const OP_REQUEST: &str = "Request";
/// Provider to actor: [`BrokerMessage`], the answer is ignored.
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
        /// The subject on which a reply is expected; empty if none is.
        reply_to: String = "replyTo" or default,
        /// The content.
        body: Vec<u8> = "body",
    }
}

message! {
    /// A message that wants one reply.
    RequestMessage {
        /// The subject.
        subject: String = "subject",
        /// The content.
        body: Vec<u8> = "body",
        /// How long to wait, in milliseconds.
        timeout: i64 = "timeout",
    }
}
