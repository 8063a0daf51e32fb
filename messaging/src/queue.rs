//! The queue of a binding, which is bounded in messages and in bytes.

use crate::message::Message;
use crate::settings::Limits;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A queue with one reader.
pub(crate) struct Queue {
    limits: Limits,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Arc<Message>>,
    /// The messages that wait or are handled.
    messages: usize,
    /// Their bytes.
    bytes: usize,
    is_closed: bool,
}

impl State {
    fn has_room(&self, limits: Limits, cost: usize) -> bool {
        self.messages < limits.messages && self.bytes.saturating_add(cost) <= limits.bytes
    }
}

/// A message that is handled. It counts until it is dropped.
pub(crate) struct Held {
    pub(crate) message: Arc<Message>,
    queue: Arc<Queue>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.messages -= 1;
        state.bytes -= self.message.cost();
    }
}

impl Queue {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns `true` if the message would fit now.
    pub(crate) fn has_room(&self, message: &Message) -> bool {
        let state = self.lock();
        !state.is_closed && state.has_room(self.limits, message.cost())
    }

    /// Adds a message, and returns `false` if it does not fit or if the queue is closed.
    pub(crate) fn push(&self, message: Arc<Message>) -> bool {
        let (mut state, cost) = (self.lock(), message.cost());
        if state.is_closed || !state.has_room(self.limits, cost) {
            return false;
        }
        state.messages += 1;
        state.bytes += cost;
        state.waiting.push_back(message);
        drop(state);
        self.changed.notify_one();
        true
    }

    /// Returns the number of messages that wait or are handled.
    pub(crate) fn len(&self) -> usize {
        self.lock().messages
    }

    /// Refuses further messages. Those that wait stay.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for the next message, or returns `None` if the queue is closed and empty.
    pub(crate) async fn next(self: &Arc<Self>) -> Option<Held> {
        loop {
            {
                let mut state = self.lock();
                if let Some(message) = state.waiting.pop_front() {
                    let queue = Arc::clone(self);
                    return Some(Held { message, queue });
                }
                if state.is_closed {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;
    use crate::message::Message;
    use crate::settings::Limits;
    use capwire_contracts::messaging::BrokerMessage;
    use std::sync::Arc;

    fn message(bytes: usize) -> Arc<Message> {
        let content = BrokerMessage {
            body: vec![0; bytes],
            ..BrokerMessage::default()
        };
        let trace = None;
        Arc::new(Message { content, trace })
    }

    #[tokio::test]
    async fn messages_count_until_they_are_handled() {
        let limits = Limits {
            concurrent: 1,
            messages: 3,
            bytes: 1_000,
        };
        let queue = Arc::new(Queue::new(limits));
        assert!(queue.push(message(500)));
        assert!(!queue.push(message(300)), "too many bytes");
        let held = queue.next().await.unwrap();
        assert!(!queue.push(message(300)), "the first one is still handled");
        drop(held);
        for _ in 0..3 {
            assert!(queue.push(message(0)));
        }
        assert!(!queue.push(message(0)), "too many messages");
        queue.close();
        for _ in 0..3 {
            assert!(queue.next().await.is_some());
        }
        assert!(queue.next().await.is_none());
        assert_eq!(queue.len(), 0);
        assert!(!queue.push(message(0)), "closed");
    }
}
