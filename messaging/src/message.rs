//! A message on its way to actors.

use capwire_contracts::messaging::BrokerMessage;
use capwire_provider::TraceContext;

/// The bytes that a message occupies besides its content, approximately.
pub(crate) const OVERHEAD: usize = 128;

/// A message, and the trace of the call that sent it.
#[derive(Clone, Debug)]
pub struct Message {
    /// The subject, the reply subject and the body.
    pub content: BrokerMessage,
    /// The trace of the sender.
    pub trace: Option<TraceContext>,
}

impl Message {
    /// Returns the bytes of the content.
    pub(crate) fn bytes(&self) -> usize {
        let BrokerMessage {
            subject,
            reply_to,
            body,
        } = &self.content;
        subject
            .len()
            .saturating_add(reply_to.len())
            .saturating_add(body.len())
    }

    /// Returns the bytes that the message occupies in a queue.
    pub(crate) fn cost(&self) -> usize {
        self.bytes().saturating_add(OVERHEAD)
    }
}
