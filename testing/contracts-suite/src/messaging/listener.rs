//! An actor that records the messages that it gets.

use crate::listener::{self, Delivered};
use capwire_contracts::messaging::{BrokerMessage, OP_DELIVER_MESSAGE};

pub use crate::listener::Doing;

/// An actor that records the messages that it gets.
pub type Listener = listener::Listener<BrokerMessage>;

impl Delivered for BrokerMessage {
    const OPERATION: &'static str = OP_DELIVER_MESSAGE;
}

impl Listener {
    /// The bodies of the next messages, as text.
    pub async fn bodies(&self, count: usize) -> Vec<String> {
        let mut bodies = Vec::new();
        for _ in 0..count {
            bodies.push(String::from_utf8(self.next().await.body).unwrap());
        }
        bodies
    }

    /// The bodies of the messages that it has got, as text.
    pub async fn rest(&self) -> Vec<String> {
        let bodies = self.all().await.into_iter().map(|message| message.body);
        bodies
            .map(|body| String::from_utf8(body).unwrap())
            .collect()
    }
}
