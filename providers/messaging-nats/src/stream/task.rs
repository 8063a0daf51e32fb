//! One message of a stream: its calls of the actor, and what the server is told of it.

use super::Stream;
use super::letter::Letter;
use async_nats::jetstream::{AckKind, Message as Received};
use capwire_contracts::messaging::{BrokerMessage, OP_DELIVER_MESSAGE};
use capwire_provider::{ActorClient, ActorError, BindingId};
use serde::de::IgnoredAny;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{interval, sleep};

/// The time after which a message is offered again to an actor that is busy, at least.
const PAUSE: Duration = Duration::from_millis(5);
/// The same, at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// The number of signs of life of a message in its `ACK_WAIT`.
const SIGNS: u32 = 3;

/// The state that the messages of a binding share.
pub(crate) struct Shared {
    pub(crate) binding: BindingId,
    pub(crate) client: ActorClient,
    pub(crate) stream: Arc<Stream>,
    /// The messages that the actor did not handle, and that nobody keeps.
    pub(crate) dropped: AtomicU64,
    pub(crate) end: watch::Receiver<bool>,
}

impl Shared {
    pub(crate) fn log_error(&self, error: &(dyn Error + 'static)) {
        let BindingId { actor, name } = &self.binding;
        let (stream, cause) = (&self.stream.settings.name, error.source());
        tracing::debug!(actor, binding = name, stream, %error, cause, "no messages for now");
    }
}

/// A message that an actor handles.
pub(crate) struct Task {
    shared: Arc<Shared>,
    received: Received,
    /// The number of times that it was delivered, with this one.
    delivered: u32,
}

/// The end of a message.
enum Outcome {
    Handled,
    /// The binding ended before the actor took it.
    NotTried,
    Failed(ActorError),
}

impl Task {
    pub(crate) fn new(shared: Arc<Shared>, received: Received) -> Self {
        let delivered = received.info().map(|info| info.delivered).unwrap_or(1);
        Self {
            shared,
            received,
            delivered: u32::try_from(delivered).unwrap_or(u32::MAX),
        }
    }

    /// Lets the actor handle the message. Meanwhile, the server hears that it is handled.
    pub(crate) async fn run(self) {
        let tries = self.shared.stream.settings.tries;
        // The host ended within the last try.
        if self.delivered > tries {
            return self
                .give_up("the host ended while the actor handled it")
                .await;
        }
        let outcome = tokio::select! {
            outcome = self.call() => outcome,
            () = self.stay_alive() => return,
        };
        match outcome {
            Outcome::Handled => self.tell(AckKind::Ack).await,
            Outcome::NotTried => self.tell(AckKind::Nak(None)).await,
            Outcome::Failed(error) => {
                self.log(&error);
                match error {
                    ActorError::TooLong { .. } => {
                        self.give_up("the message is too long for the actor").await
                    }
                    ActorError::Timeout if self.delivered >= tries => {
                        self.give_up("the actor did not answer in time").await;
                    }
                    _ if self.delivered >= tries => self.give_up("the actor failed").await,
                    _ => self.try_later().await,
                }
            }
        }
    }

    /// Calls the actor as often as it is busy.
    async fn call(&self) -> Outcome {
        let content = BrokerMessage {
            subject: self.received.subject.to_string(),
            // The stream does not keep it.
            reply_to: String::new(),
            body: self.received.payload.to_vec(),
        };
        let mut end = self.shared.end.clone();
        loop {
            let client = &self.shared.client;
            let called: Result<IgnoredAny, _> =
                client.call_traced(None, OP_DELIVER_MESSAGE, &content).await;
            let pause = match called {
                // The actor's answer has no meaning.
                Ok(_) | Err(ActorError::BadAnswer(_)) => return Outcome::Handled,
                Err(ActorError::Busy { retry_after }) => retry_after.clamp(PAUSE, LONGEST_PAUSE),
                Err(ActorError::Stopped) => LONGEST_PAUSE,
                Err(error) => return Outcome::Failed(error),
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = end.wait_for(|end| *end) => return Outcome::NotTried,
            }
        }
    }

    /// Tells the server that the message is handled, as long as it is polled.
    async fn stay_alive(&self) {
        let mut signs = interval(self.shared.stream.settings.ack_wait / SIGNS);
        // The first one is due at once.
        signs.tick().await;
        loop {
            signs.tick().await;
            self.tell(AckKind::Progress).await;
        }
    }

    async fn try_later(&self) {
        let pause = self.shared.stream.settings.pause_after(self.delivered);
        self.tell(AckKind::Nak(Some(pause))).await;
    }

    /// Ends the tries of the message, which goes to the dead letters if there are any.
    async fn give_up(&self, reason: &'static str) {
        let Some(subject) = &self.shared.stream.settings.dead_letters else {
            self.count_dropped(reason);
            return self.tell(AckKind::Term).await;
        };
        let letter = Letter {
            message: &self.received,
            tries: self.delivered,
            reason,
        };
        match letter.store(&self.shared.stream.context, subject).await {
            Ok(()) => {
                self.warn(reason, "a message is a dead letter now");
                self.tell(AckKind::Ack).await;
            }
            Err(error) => {
                self.shared.log_error(&*error);
                self.warn(reason, "a dead letter is not stored, and tried again");
                self.try_later().await;
            }
        }
    }

    /// A sign that is lost means that the server delivers the message again.
    async fn tell(&self, kind: AckKind) {
        if let Err(error) = self.received.ack_with(kind).await {
            self.shared.log_error(&*error);
        }
    }

    fn log(&self, error: &ActorError) {
        // The host counts failures of actors, and logs them with their cause.
        let BindingId { actor, name } = &self.shared.binding;
        let (subject, tries) = (self.received.subject.as_str(), self.delivered);
        tracing::debug!(actor, binding = name, subject, tries, %error, "message not handled");
    }

    fn warn(&self, reason: &str, what: &str) {
        let BindingId { actor, name } = &self.shared.binding;
        let (subject, tries) = (self.received.subject.as_str(), self.delivered);
        tracing::warn!(actor, binding = name, subject, tries, reason, "{what}");
    }

    /// Logs the first message that is dropped, and each whose number is a power of two.
    fn count_dropped(&self, reason: &str) {
        let count = self.shared.dropped.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_power_of_two() {
            self.warn(
                reason,
                &format!("{count} messages were dropped after their last try: set `DEAD_LETTERS`"),
            );
        }
    }
}
