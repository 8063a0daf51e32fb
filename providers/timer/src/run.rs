//! One call of the actor, with its attempts.

use crate::clock::Clock;
use crate::holders::Holders;
use crate::missed::Run;
use capwire_contracts::timer::{Firing, OP_FIRE};
use capwire_provider::{ActorError, BindingId};
use serde::de::IgnoredAny;
use std::sync::Arc;
use std::time::Duration;

/// The time after which a call is offered again to an actor that is busy, at least and at most.
const BUSY: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(200)];
/// The same for an actor that does not run.
const STOPPED: Duration = Duration::from_secs(1);
/// The time until the second attempt, which doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A call that is to be made.
pub(crate) struct Job {
    pub(crate) binding: Arc<BindingId>,
    pub(crate) holders: Arc<Holders>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) name: String,
    /// The number of the timer, which another one of the same name does not have.
    pub(crate) number: u64,
    pub(crate) run: Run,
    pub(crate) retries: u32,
    pub(crate) payload: Arc<[u8]>,
}

/// The end of a call.
pub(crate) struct Ended {
    pub(crate) name: String,
    pub(crate) number: u64,
    pub(crate) run: Run,
    /// `false` if the actor did not get the call, or did not end it.
    pub(crate) is_made: bool,
}

/// The result of one attempt.
enum Attempt {
    Done,
    /// The actor did not see the call.
    Later(Duration),
    Failed(ActorError),
    /// No provider makes calls at present.
    Nobody,
}

impl Job {
    /// Makes the call.
    pub(crate) async fn make(self) -> Ended {
        let is_made = self.attempts().await;
        Ended {
            name: self.name,
            number: self.number,
            run: self.run,
            is_made,
        }
    }

    async fn attempts(&self) -> bool {
        let mut number = 1;
        loop {
            let pause = match self.attempt(number).await {
                Attempt::Done => return true,
                Attempt::Nobody => return false,
                Attempt::Later(pause) => pause,
                Attempt::Failed(error) => {
                    self.log(number, &error);
                    if number > self.retries || matches!(error, ActorError::TooLong { .. }) {
                        return true;
                    }
                    let pause = FIRST_PAUSE * 2_u32.saturating_pow(number - 1);
                    number += 1;
                    pause.min(LONGEST_PAUSE)
                }
            };
            if !self.pause(pause).await {
                return false;
            }
        }
    }

    async fn attempt(&self, number: u32) -> Attempt {
        let Some(holder) = self.holders.newest() else {
            return Attempt::Nobody;
        };
        let firing = Firing {
            name: self.name.clone(),
            scheduled: self.run.scheduled.0,
            now: self.clock.now().0,
            attempt: number,
            missed: self.run.missed,
            payload: self.payload.to_vec(),
        };
        let (client, active) = holder.begin();
        let called: Result<IgnoredAny, _> = client.call(OP_FIRE, &firing).await;
        drop(active);
        match called {
            // The actor's answer has no meaning.
            Ok(_) | Err(ActorError::BadAnswer(_)) => Attempt::Done,
            Err(ActorError::Busy { retry_after }) => {
                let [least, most] = BUSY;
                Attempt::Later(retry_after.clamp(least, most))
            }
            Err(ActorError::Stopped) => Attempt::Later(STOPPED),
            Err(error) => Attempt::Failed(error),
        }
    }

    /// Waits. Returns `false` if the binding ends meanwhile.
    async fn pause(&self, time: Duration) -> bool {
        let until = self.clock.now().after(time);
        while self.clock.now() < until {
            tokio::select! {
                () = self.holders.closed() => return false,
                () = self.clock.sleep_until(until) => {}
            }
        }
        true
    }

    /// The host counts failures of actors, and logs them with their cause.
    fn log(&self, attempt: u32, error: &ActorError) {
        let BindingId { actor, name } = &*self.binding;
        let (timer, scheduled) = (&*self.name, self.run.scheduled);
        match attempt > self.retries {
            false => {
                tracing::info!(actor, binding = name, timer, %scheduled, attempt, %error, "the call is made again");
            }
            true => {
                tracing::warn!(actor, binding = name, timer, %scheduled, attempt, %error, "the call of the timer failed");
            }
        }
    }
}
