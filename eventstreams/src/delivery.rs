//! One event: its calls of the actor, and what its source is told of it.

use crate::letter::letter;
use crate::settings::Settings;
use crate::source::{Source, Taken};
use capwire_contracts::eventstreams::OP_DELIVER_EVENT;
use capwire_provider::{ActorClient, ActorError, BindingId, ProviderError};
use serde::de::IgnoredAny;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{interval, sleep};

/// The time after which an event is offered again to an actor that is busy, at least.
const PAUSE: Duration = Duration::from_millis(5);
/// The same, at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// The pause after an error of the storage.
const AFTER_ERROR: Duration = Duration::from_millis(250);
/// The number of signs of life in the time after which the source must hear one.
const SIGNS: u32 = 3;

/// The state that the deliveries of a binding share.
pub(crate) struct Shared {
    pub(crate) binding: BindingId,
    pub(crate) client: ActorClient,
    pub(crate) settings: Settings,
    /// The events that the actor did not handle, and that nobody keeps.
    pub(crate) dropped: AtomicU64,
    pub(crate) end: watch::Receiver<bool>,
}

/// The end of an event.
enum Outcome {
    Handled,
    /// The binding ended before the actor handled it, after so many failures.
    Ended {
        failed: u32,
    },
    GivenUp {
        reason: &'static str,
        tries: u32,
    },
}

impl Shared {
    /// Delivers the events of a source until the binding ends.
    pub(crate) async fn follow(&self, source: &dyn Source) {
        while !self.has_ended() {
            let next = tokio::select! {
                next = source.next() => next,
                () = self.ended() => break,
            };
            match next {
                Ok(taken) => self.deliver(source, &taken).await,
                Err(error) => {
                    self.log(&error);
                    self.pause(AFTER_ERROR).await;
                }
            }
        }
        source.close().await;
    }

    /// Delivers one event. Meanwhile, the source hears that it is handled.
    async fn deliver(&self, source: &dyn Source, taken: &Taken) {
        let tries = watch::Sender::new(taken.tries);
        let finished = tokio::select! {
            finished = self.handle(source, taken, &tries) => finished,
            () = stay_alive(source, taken, tries.subscribe()) => Ok(()),
        };
        if let Err(error) = finished {
            self.log(&error);
        }
    }

    async fn handle(
        &self,
        source: &dyn Source,
        taken: &Taken,
        tries: &watch::Sender<u32>,
    ) -> Result<(), ProviderError> {
        let failed = match self.try_often(taken, tries).await {
            Outcome::Handled => return source.done(taken).await,
            Outcome::GivenUp { reason, tries } => {
                match self.bury(source, taken, tries, reason).await {
                    true => return source.done(taken).await,
                    false => tries.saturating_sub(1),
                }
            }
            Outcome::Ended { failed } => failed,
        };
        source.release(taken, failed).await;
        Ok(())
    }

    /// Calls the actor until it has handled the event, or has had all its tries.
    async fn try_often(&self, taken: &Taken, tries: &watch::Sender<u32>) -> Outcome {
        let most = self.settings.tries;
        for number in taken.tries.. {
            tries.send_replace(number);
            let last = most.is_some_and(|most| number >= most);
            let give_up = |reason, tries| Outcome::GivenUp { reason, tries };
            if most.is_some_and(|most| number > most) {
                return give_up("the host ended while the actor handled it", number - 1);
            }
            let error = match self.call(taken).await {
                Ok(true) => return Outcome::Handled,
                Ok(false) => return Outcome::Ended { failed: number - 1 },
                Err(error) => error,
            };
            self.log_try(taken, number, &error);
            match error {
                ActorError::TooLong { .. } => {
                    return give_up("the event is too long for the actor", number);
                }
                ActorError::Timeout if last => {
                    return give_up("the actor did not answer in time", number);
                }
                _ if last => return give_up("the actor failed", number),
                _ => self.pause(self.settings.pause_after(number)).await,
            }
            if self.has_ended() {
                return Outcome::Ended { failed: number };
            }
        }
        Outcome::Ended { failed: u32::MAX }
    }

    /// Calls the actor as often as it is busy. Returns `false` if the binding ends before it has time.
    async fn call(&self, taken: &Taken) -> Result<bool, ActorError> {
        loop {
            let called: Result<IgnoredAny, _> =
                self.client.call(OP_DELIVER_EVENT, &taken.event).await;
            let pause = match called {
                // The actor's answer has no meaning.
                Ok(_) | Err(ActorError::BadAnswer(_)) => return Ok(true),
                Err(ActorError::Busy { retry_after }) => retry_after.clamp(PAUSE, LONGEST_PAUSE),
                Err(ActorError::Stopped) => LONGEST_PAUSE,
                Err(error) => return Err(error),
            };
            self.pause(pause).await;
            if self.has_ended() {
                return Ok(false);
            }
        }
    }

    /// Writes the dead letter. Returns `false` if the binding ends before it is stored.
    async fn bury(&self, source: &dyn Source, taken: &Taken, tries: u32, reason: &str) -> bool {
        let Some(to) = self.settings.dead_letters.of(&taken.event.stream) else {
            self.count_dropped(taken, reason);
            return true;
        };
        let letter = letter(&taken.event, to, &self.settings.group, tries, reason);
        while let Err(error) = source.bury(letter.clone()).await {
            self.log(&error);
            self.pause(LONGEST_PAUSE).await;
            if self.has_ended() {
                return false;
            }
        }
        self.warn(taken, reason, "an event is a dead letter now");
        true
    }

    fn has_ended(&self) -> bool {
        *self.end.borrow()
    }

    async fn ended(&self) {
        // The sender goes only after the tasks.
        let _ = self.end.clone().wait_for(|end| *end).await;
    }

    /// Waits for so long, or until the binding ends.
    async fn pause(&self, time: Duration) {
        tokio::select! {
            () = sleep(time) => {}
            () = self.ended() => {}
        }
    }

    fn log(&self, error: &ProviderError) {
        let BindingId { actor, name } = &self.binding;
        tracing::warn!(actor, binding = name, %error, "no events for now");
    }

    fn log_try(&self, taken: &Taken, tries: u32, error: &ActorError) {
        // The host counts failures of actors, and logs them with their cause.
        let BindingId { actor, name } = &self.binding;
        let (stream, id) = (&*taken.event.stream, &*taken.event.event_id);
        tracing::debug!(actor, binding = name, stream, id, tries, %error, "event not handled");
    }

    fn warn(&self, taken: &Taken, reason: &str, what: &str) {
        let BindingId { actor, name } = &self.binding;
        let (stream, id) = (&*taken.event.stream, &*taken.event.event_id);
        tracing::warn!(actor, binding = name, stream, id, reason, "{what}");
    }

    /// Logs the first event that is dropped, and each whose number is a power of two.
    fn count_dropped(&self, taken: &Taken, reason: &str) {
        let count = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_power_of_two() {
            let what =
                format!("{count} events were dropped after their last try: set `DEAD_LETTERS`");
            self.warn(taken, reason, &what);
        }
    }
}

/// Tells the source that the event is handled, as long as it is polled.
async fn stay_alive(source: &dyn Source, taken: &Taken, tries: watch::Receiver<u32>) {
    let Some(patience) = source.patience() else {
        return pending().await;
    };
    let mut signs = interval(patience / SIGNS);
    // The first one is due at once.
    signs.tick().await;
    loop {
        signs.tick().await;
        let tries = *tries.borrow();
        source.keep(taken, tries).await;
    }
}
