//! The events of a group, for a follower.

use crate::acknowledgement::{ACK, NAK, PROGRESS};
use crate::asked::Asked;
use crate::failure::Failure;
use crate::group::{Group, Note};
use crate::message;
use crate::name;
use crate::pull::{Delivery, Received};
use crate::store::{ATTEMPT, Store, in_time};
use crate::values::Position;
use async_trait::async_trait;
use capwire_contracts::eventstreams::Event;
use capwire_eventstreams::{Source, Taken};
use capwire_provider::{BindingId, ProviderError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, timeout};

/// The events of one entry of `STREAMS`, for one member of a group.
pub(crate) struct GroupSource {
    binding: BindingId,
    store: Arc<Store>,
    group: Group,
    asked: AsyncMutex<Option<Asked>>,
    hand: Mutex<Option<Hand>>,
}

/// The event that the member has.
#[derive(Clone, Debug)]
struct Hand {
    delivery: Delivery,
    /// The number of the try that follows if the server gives out the event again.
    next_try: Option<u32>,
}

impl GroupSource {
    pub(crate) fn new(binding: BindingId, store: Arc<Store>, group: Group) -> Self {
        Self {
            binding,
            store,
            group,
            asked: AsyncMutex::default(),
            hand: Mutex::default(),
        }
    }

    fn hand(&self) -> MutexGuard<'_, Option<Hand>> {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the server gives out an event, which is in the member's hand then.
    async fn receive(&self) -> Result<Received, Failure> {
        let mut asked = self.asked.lock().await;
        loop {
            let reply = match &mut *asked {
                Some(asked) => asked.next(&self.store).await,
                None => {
                    *asked = Some(Asked::open(&self.store, &self.group).await?);
                    continue;
                }
            };
            match reply {
                Ok(Some(received)) => {
                    *self.hand() = Some(Hand {
                        delivery: received.delivery.clone(),
                        next_try: None,
                    });
                    return Ok(received);
                }
                Ok(None) => {}
                Err(Failure::Gone) => {
                    *asked = None;
                    self.join_again().await?;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Creates the stream of JetStream and the consumer if somebody has deleted them. All events of a new one are new.
    async fn join_again(&self) -> Result<(), Failure> {
        let until = self.store.until();
        let info = self.store.reopen(until).await?;
        let context = &self.store.context;
        let last = info.state.last_sequence;
        let joined = self.group.join(context, Position::First, last);
        in_time(until, joined).await
    }

    /// Returns the event of a message, or `None` if the binding does not follow its stream.
    async fn taken(&self, received: Received) -> Result<Option<Taken>, Failure> {
        let Received {
            message, delivery, ..
        } = received;
        let stream = name::stream(&self.group.jetstream, &message.subject);
        let Some(stream) = stream.filter(|stream| self.group.follows.matches(stream)) else {
            self.store.tell(&delivery, ACK).await?;
            *self.hand() = None;
            return Ok(None);
        };
        let tries = self.tries(&delivery).await?;
        if let Some(hand) = &mut *self.hand() {
            hand.next_try = Some(tries.saturating_add(1));
        }
        let event = Event {
            event_id: delivery.sequence.to_string(),
            stream,
            values: message::values(&message.payload),
        };
        Ok(Some(Taken { event, tries }))
    }

    /// Returns the number of the try of an event.
    async fn tries(&self, delivery: &Delivery) -> Result<u32, Failure> {
        let Delivery {
            sequence,
            delivered,
            ..
        } = *delivery;
        let counted = u32::try_from(delivered).unwrap_or(u32::MAX);
        if delivered == 1 {
            return Ok(counted);
        }
        let note = self.group.note(&self.store.context);
        let note = in_time(self.store.until(), note).await?;
        let noted = note.and_then(|note| note.try_of(sequence, delivered));
        Ok(noted.unwrap_or(counted))
    }

    /// Notes that a try follows which the server would count otherwise.
    async fn note(&self, hand: &Hand, next_try: u32) -> Result<(), Failure> {
        if hand.next_try == Some(next_try) {
            return Ok(());
        }
        let note = Note {
            sequence: hand.delivery.sequence,
            delivered: hand.delivery.delivered,
            next_try,
        };
        let written = self.group.write(&self.store.context, note);
        in_time(Instant::now() + ATTEMPT, written).await
    }

    /// Gives an event back. The number of its next try is known unless the event was not taken.
    async fn give_back(&self, hand: &Hand, next_try: Option<u32>) {
        let next_try = match next_try {
            Some(next_try) => Ok(next_try),
            None => self.tries(&hand.delivery).await,
        };
        let noted = match next_try {
            Ok(next_try) => self.note(hand, next_try).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = noted {
            self.log(&failure, "a try is counted that was none");
        }
        if let Err(failure) = self.store.tell(&hand.delivery, NAK).await {
            self.log(&failure, "an event is given back later");
        }
    }

    /// Gives back an event that [`next`](Source::next) had in hand when it was dropped, or when it failed.
    async fn drop_hand(&self) {
        let hand = self.hand().clone();
        if let Some(hand) = hand {
            self.give_back(&hand, None).await;
            *self.hand() = None;
        }
    }

    fn log(&self, failure: &Failure, what: &str) {
        let BindingId { actor, name } = &self.binding;
        let streams = self.group.follows.to_string();
        tracing::debug!(actor, binding = name, streams, %failure, "{what}");
    }
}

#[async_trait]
impl Source for GroupSource {
    async fn next(&self) -> Result<Taken, ProviderError> {
        loop {
            self.drop_hand().await;
            let received = self.receive().await?;
            if let Some(taken) = self.taken(received).await? {
                return Ok(taken);
            }
        }
    }

    async fn done(&self, _: &Taken) -> Result<(), ProviderError> {
        let hand = self.hand().take();
        match hand {
            Some(hand) => Ok(self.group.acknowledge(&self.store, &hand.delivery).await?),
            None => Ok(()),
        }
    }

    async fn release(&self, _: &Taken, failed: u32) {
        let hand = self.hand().take();
        if let Some(hand) = hand {
            self.give_back(&hand, Some(failed.saturating_add(1))).await;
        }
    }

    async fn bury(&self, letter: Event) -> Result<(), ProviderError> {
        let sequence = self.hand().as_ref().map(|hand| hand.delivery.sequence);
        // A letter that is written again after a lost answer is the same one.
        let id = format!("{}-{}", self.group.consumer, sequence.unwrap_or_default());
        let until = self.store.until();
        match self.store.append_once(&letter, &id, 0, until).await {
            // Only an event of another program leaves no room for its letter.
            Err(Failure::TooLong { .. }) => {
                let short = message::only_about(&letter);
                self.store.append_once(&short, &id, 0, until).await?
            }
            stored => stored?,
        };
        Ok(())
    }

    fn patience(&self) -> Option<Duration> {
        Some(self.group.ack_wait)
    }

    async fn keep(&self, _: &Taken, tries: u32) {
        let Some(hand) = self.hand().clone() else {
            return;
        };
        if let Err(failure) = self.store.tell(&hand.delivery, PROGRESS).await {
            self.log(&failure, "a sign of life is lost");
        }
        let next_try = tries.saturating_add(1);
        match self.note(&hand, next_try).await {
            Err(failure) => self.log(&failure, "the number of tries is lost"),
            Ok(()) => {
                if let Some(hand) = &mut *self.hand() {
                    hand.next_try = Some(next_try);
                }
            }
        }
    }

    async fn close(&self) {
        self.drop_hand().await;
        let asked = self.asked.lock().await.take();
        if let Some(asked) = asked {
            for received in asked.close().await {
                let delivery = received.delivery;
                let hand = Hand {
                    delivery,
                    next_try: None,
                };
                self.give_back(&hand, None).await;
            }
        }
        // The connection ends soon.
        let _ = timeout(ATTEMPT, self.store.nats.flush()).await;
    }
}
