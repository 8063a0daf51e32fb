//! The events of a connection.

use async_nats::Event;
use capwire_provider::BindingId;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

/// The events of the connection of one binding.
pub(crate) struct Events {
    binding: BindingId,
    /// The last error that the server has sent.
    error: Mutex<Option<String>>,
    dropped: AtomicU64,
}

impl Events {
    pub(crate) fn new(binding: BindingId) -> Self {
        Self {
            binding,
            error: Mutex::default(),
            dropped: AtomicU64::new(0),
        }
    }

    /// Takes the last error that the server has sent.
    pub(crate) fn take_error(&self) -> Option<String> {
        let mut error = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        error.take()
    }

    /// Counts a message for which there was no room, and logs the first one and each whose number is a
    /// power of two.
    pub(crate) fn dropped(&self) {
        let count = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_power_of_two() {
            let BindingId { actor, name } = &self.binding;
            tracing::warn!(
                actor,
                binding = name,
                "{count} messages were dropped, because the actor is too slow: raise `MAX_CONCURRENT`, `MAX_QUEUE` \
                 or `MAX_QUEUE_BYTES`"
            );
        }
    }

    pub(crate) fn tell(&self, event: Event) {
        let BindingId { actor, name } = &self.binding;
        match event {
            Event::SlowConsumer(_) => self.dropped(),
            Event::ServerError(error) => {
                let error = error.to_string();
                tracing::warn!(actor, binding = name, error, "the NATS server refuses");
                *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
            Event::Disconnected => {
                tracing::warn!(
                    actor,
                    binding = name,
                    "the connection to the NATS server is lost"
                );
            }
            Event::Connected => {
                tracing::debug!(actor, binding = name, "connected to the NATS server");
            }
            event => tracing::debug!(actor, binding = name, %event, "event of the NATS client"),
        }
    }
}
