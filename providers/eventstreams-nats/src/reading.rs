//! Reads events, with a consumer of the server that lives as long as the request.

use crate::failure::Failure;
use crate::group::consumer_failure;
use crate::message;
use crate::name;
use crate::pull::{Pull, Received, Reply};
use crate::request::{From, Selection};
use crate::store::{ATTEMPT, Store, pause};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use capwire_contracts::eventstreams::Event;
use capwire_eventstreams::Answer;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The most messages that are asked for at once.
const PART: u64 = 256;
/// The most bytes of messages that are asked for at once, except for a message that is larger.
const PART_BYTES: usize = 4 << 20;
/// The time after which the server removes a consumer that nobody uses, because the request has ended early.
const UNUSED: Duration = Duration::from_secs(10);

/// The events of a request that are read so far.
struct Reading<'a> {
    store: &'a Store,
    selection: Selection,
    subject: String,
    answer: Answer,
    until: Instant,
}

/// Returns the selected events, oldest first.
pub(crate) async fn read(
    store: &Store,
    selection: Selection,
    until: Instant,
) -> Result<Vec<Event>, Failure> {
    let mut reading = Reading {
        store,
        subject: name::subject(&store.jetstream.name, &selection.stream),
        selection,
        answer: Answer::default(),
        until,
    };
    loop {
        store.wait_for_connection(until).await?;
        match reading.consume().await {
            Ok(()) => return Ok(reading.answer.into_events()),
            // It goes on after the last event that was read.
            Err(lost @ (Failure::Away(_) | Failure::Gone | Failure::Status(_))) => {
                pause(until, || lost).await?;
            }
            Err(failure) => return Err(failure),
        }
    }
}

impl Reading<'_> {
    /// Reads the events that follow.
    async fn consume(&mut self) -> Result<(), Failure> {
        let Some(deliver_policy) = self.policy() else {
            return Ok(());
        };
        let Store {
            nats,
            context,
            jetstream,
            ..
        } = self.store;
        let config = pull::Config {
            deliver_policy,
            filter_subject: self.subject.clone(),
            ack_policy: AckPolicy::None,
            inactive_threshold: UNUSED,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let created = context.create_consumer_on_stream(config, &jetstream.name);
        let consumer = match self
            .in_time(created)
            .await?
            .map_err(|e| consumer_failure(&e))
        {
            Ok(consumer) => consumer,
            // A stream that is not there is empty.
            Err(Failure::Gone) => return Ok(()),
            Err(failure) => return Err(failure),
        };
        let info = consumer.cached_info();
        let read = match info.num_pending {
            0 => Ok(()),
            pending => {
                let pull = Pull::open(nats, context, &jetstream.name, &info.name).await?;
                self.parts(pull, pending).await
            }
        };
        let subject = format!("$JS.API.CONSUMER.DELETE.{}.{}", jetstream.name, info.name);
        // Otherwise the server removes it later.
        let _ = nats.publish(subject, bytes::Bytes::new()).await;
        read
    }

    fn policy(&self) -> Option<DeliverPolicy> {
        match self.selection.from {
            From::Nowhere => None,
            From::Time(start_time) => Some(DeliverPolicy::ByStartTime { start_time }),
            From::Sequence(start_sequence) => {
                Some(DeliverPolicy::ByStartSequence { start_sequence })
            }
        }
    }

    /// Reads events until there are no more, or enough.
    async fn parts(&mut self, mut pull: Pull, mut pending: u64) -> Result<(), Failure> {
        let mut is_large = false;
        while pending > 0 && !self.is_full() {
            let batch = match is_large {
                true => 1,
                false => pending.min(self.left()).min(PART),
            };
            let request = match is_large {
                true => json!({ "batch": batch, "no_wait": true }),
                false => json!({ "batch": batch, "no_wait": true, "max_bytes": PART_BYTES }),
            };
            pull.ask(&request).await?;
            let before = pending;
            for _ in 0..batch {
                match self.next(&mut pull).await? {
                    Reply::Message(received) => {
                        pending = received.pending;
                        if !self.take(&received)? {
                            return Ok(());
                        }
                    }
                    Reply::TooLarge if pending == before && is_large => {
                        return Err(Failure::BadAnswer);
                    }
                    Reply::TooLarge => break,
                    // Events that were counted are gone.
                    Reply::Over if pending == before => return Ok(()),
                    Reply::Over | Reply::Alive => break,
                }
            }
            is_large = pending == before;
        }
        Ok(())
    }

    async fn next(&self, pull: &mut Pull) -> Result<Reply, Failure> {
        self.in_time(pull.next()).await?
    }

    /// Adds an event. Returns `false` if no further one is asked for.
    fn take(&mut self, received: &Received) -> Result<bool, Failure> {
        let sequence = received.delivery.sequence;
        let is_expected = match self.selection.from {
            From::Sequence(first) => sequence >= first,
            From::Time(first) => received.published >= first,
            From::Nowhere => false,
        };
        if !is_expected || *received.message.subject != *self.subject {
            return Err(Failure::BadAnswer);
        }
        if self
            .selection
            .until
            .is_some_and(|last| received.published > last)
        {
            return Ok(false);
        }
        self.selection.from = sequence
            .checked_add(1)
            .map_or(From::Nowhere, From::Sequence);
        self.answer.push(Event {
            event_id: sequence.to_string(),
            stream: self.selection.stream.clone(),
            values: message::values(&received.message.payload),
        })?;
        Ok(!self.is_full())
    }

    /// Returns the number of events that are still asked for.
    fn left(&self) -> u64 {
        let read = u64::try_from(self.answer.len()).unwrap_or(u64::MAX);
        match self.selection.count {
            0 => u64::MAX,
            count => count.saturating_sub(read),
        }
    }

    fn is_full(&self) -> bool {
        self.left() == 0
    }

    /// Waits for an answer of the server, which may be lost.
    async fn in_time<T>(&self, asked: impl Future<Output = T>) -> Result<T, Failure> {
        let until = self.until.min(Instant::now() + ATTEMPT);
        let answer = timeout_at(until, asked).await;
        answer.map_err(|late| Failure::Away(Some(late.into())))
    }
}
