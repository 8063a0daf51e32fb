//! The deliveries of one binding: from its queue to its actor.

use crate::failure::Failure;
use crate::message::Message;
use crate::queue::{Held, Queue};
use crate::settings::Limits;
use capwire_contracts::messaging::OP_DELIVER_MESSAGE;
use capwire_provider::{ActorClient, ActorError, ActorHandle, BindingId};
use serde::de::IgnoredAny;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

/// The time in which a binding that ends finishes its messages.
pub const DRAIN: Duration = Duration::from_secs(5);

/// The time after which a message is offered again to an actor that is busy, at least.
const PAUSE: Duration = Duration::from_millis(5);
/// The same, at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// The bytes of the encoding of a message besides its content, at most.
const ENCODING: usize = 64;

/// The queue of one binding, and the task that delivers its messages to the actor.
///
/// Each message is delivered at most once: one whose handler fails is not delivered again. One that
/// a busy actor did not take is offered again. The order is kept if one message is handled at a time.
/// Dropping the value drops the messages that are not handled yet.
pub struct Delivery {
    shared: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
    abort: tokio::task::AbortHandle,
}

struct Shared {
    binding: BindingId,
    actor: Arc<dyn ActorHandle>,
    client: ActorClient,
    queue: Arc<Queue>,
}

impl Delivery {
    /// Starts the deliveries of `binding`. They begin after `earlier` has ended, which has the
    /// messages of the binding before.
    ///
    /// # Panics
    /// Panics outside a Tokio runtime.
    #[must_use]
    pub fn start(
        binding: BindingId,
        actor: Arc<dyn ActorHandle>,
        limits: Limits,
        earlier: Option<Arc<Self>>,
    ) -> Self {
        let shared = Arc::new(Shared {
            binding,
            client: ActorClient::new(Arc::clone(&actor)),
            actor,
            queue: Arc::new(Queue::new(limits)),
        });
        let run = run(Arc::clone(&shared), limits.concurrent);
        let task = tokio::spawn(async move {
            if let Some(earlier) = earlier {
                earlier.drain(DRAIN).await;
            }
            run.await;
        });
        Self {
            shared,
            abort: task.abort_handle(),
            task: Mutex::new(Some(task)),
        }
    }

    /// Returns an error if `message` would not be taken now.
    ///
    /// # Errors
    /// Returns [`Failure::TooLongForReceiver`] or [`Failure::Full`].
    pub fn check(&self, message: &Message) -> Result<(), Failure> {
        let subject = || message.content.subject.clone();
        let most = self.shared.actor.max_message().saturating_sub(ENCODING);
        if message.bytes() > most {
            let subject = subject();
            return Err(Failure::TooLongForReceiver { subject, most });
        }
        match self.shared.queue.has_room(message) {
            true => Ok(()),
            false => Err(Failure::Full { subject: subject() }),
        }
    }

    /// Adds a message to the queue, and returns `false` if there is no room for it.
    pub fn push(&self, message: Arc<Message>) -> bool {
        self.shared.queue.push(message)
    }

    /// Returns the number of messages that wait or are handled.
    #[must_use]
    pub fn load(&self) -> usize {
        self.shared.queue.len()
    }

    /// Takes no further messages, and handles those that wait, for at most `time`. Returns the number
    /// of messages that were dropped. A second call waits for nothing.
    pub async fn drain(&self, time: Duration) -> usize {
        self.shared.queue.close();
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(task) = task else {
            return 0;
        };
        if timeout(time, task).await.is_ok() {
            return 0;
        }
        self.abort.abort();
        let (left, BindingId { actor, name }) = (self.load(), &self.shared.binding);
        tracing::warn!(
            actor,
            binding = name,
            "the binding ended with {left} messages that were not handled"
        );
        left
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

async fn run(shared: Arc<Shared>, concurrent: usize) {
    let mut handled = JoinSet::new();
    loop {
        while handled.try_join_next().is_some() {}
        while handled.len() >= concurrent {
            handled.join_next().await;
        }
        let Some(held) = shared.queue.next().await else {
            break;
        };
        let shared = Arc::clone(&shared);
        handled.spawn(async move { shared.handle(held).await });
    }
    while handled.join_next().await.is_some() {}
}

impl Shared {
    /// Delivers a message once.
    async fn handle(&self, held: Held) {
        let Message { content, trace } = &*held.message;
        loop {
            let called: Result<IgnoredAny, _> = self
                .client
                .call_traced(trace.as_ref(), OP_DELIVER_MESSAGE, content)
                .await;
            match called {
                // The actor's answer has no meaning.
                Ok(_) | Err(ActorError::BadAnswer(_)) => return,
                Err(ActorError::Busy { retry_after }) => {
                    sleep(retry_after.clamp(PAUSE, LONGEST_PAUSE)).await;
                }
                Err(error) => {
                    // The host counts failures of actors, and logs them with their cause.
                    let BindingId { actor, name } = &self.binding;
                    let subject = &*content.subject;
                    tracing::debug!(actor, binding = name, subject, %error, "message not handled");
                    return;
                }
            }
        }
    }
}
