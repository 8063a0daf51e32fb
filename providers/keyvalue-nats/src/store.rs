//! The keys of a binding: reads from the leader of the stream, and writes that take effect once.

use crate::bucket::Bucket;
use crate::clock::{Clock, Moment};
use crate::entry::{Entry, Found, removal};
use crate::failure::{Failure, Refusal};
use crate::name;
use crate::settings::Settings;
use async_nats::Client;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use async_nats::jetstream::stream::LastRawMessageErrorKind;
use async_nats::jetstream::{self, Context};
use capwire_nats_common::{Identifiers, connected};
use capwire_provider::Call;
use std::error::Error as _;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout_at};

/// The header with the identifier of a write.
const IDENTIFIER: &str = "Nats-Msg-Id";
/// The time for one question to the server, which may be lost.
const ATTEMPT: Duration = Duration::from_secs(1);
/// The time between two questions that nobody answers.
const PAUSE: Duration = Duration::from_millis(20);
/// Locks for the keys, so that callers on one host do not get in each other's way.
const LOCKS: usize = 64;

/// The keys of a binding.
pub(crate) struct Store {
    pub(crate) settings: Settings,
    nats: Client,
    context: Context,
    bucket: Bucket,
    clock: Arc<dyn Clock>,
    identifiers: Identifiers,
    permits: Semaphore,
    hasher: RandomState,
    locks: [Mutex<()>; LOCKS],
}

/// The effect of a change.
pub(crate) enum Change<T> {
    /// The key stays as it is.
    Keep(T),
    Put(Entry, T),
    Remove(T),
}

/// The answer to a write.
enum Published {
    Written,
    /// The key has changed since it was read.
    Conflict,
    /// Nobody knows the stream, such as a server that starts.
    Nobody,
    Refused(Failure),
    /// No answer.
    Lost(Option<Box<dyn std::error::Error + Send + Sync>>),
}

impl Store {
    pub(crate) fn new(
        nats: Client,
        bucket: Bucket,
        settings: Settings,
        clock: Arc<dyn Clock>,
        identifiers: Identifiers,
    ) -> Self {
        Self {
            context: jetstream::new(nats.clone()),
            permits: Semaphore::new(settings.max_calls),
            settings,
            nats,
            bucket,
            clock,
            identifiers,
            hasher: RandomState::new(),
            locks: std::array::from_fn(|_| Mutex::new(())),
        }
    }

    /// Returns when the operation of `call` has to end, and its place.
    pub(crate) async fn begin(
        &self,
        call: &Call<'_>,
    ) -> Result<(Instant, SemaphorePermit<'_>), Failure> {
        let longest = self.settings.timeout;
        let time = call.time_left().map_or(longest, |left| left.min(longest));
        let until = Instant::now() + time;
        let calls = self.settings.max_calls;
        let permit = timeout_at(until, self.permits.acquire()).await;
        let permit = permit.map_err(|_| Failure::Full { calls })?;
        Ok((until, permit.map_err(|_| Failure::Ended)?))
    }

    /// Returns what is stored under `key`.
    pub(crate) async fn read(&self, key: &str, until: Instant) -> Result<Found, Failure> {
        match self.last(&self.subject(key), until).await? {
            None => Ok(Found::NOTHING),
            Some(message) => Found::read(message, self.now()),
        }
    }

    /// Stores `entry`, or nothing if it is `None`, whatever is there.
    pub(crate) async fn write(
        &self,
        key: &str,
        entry: Option<Entry>,
        until: Instant,
    ) -> Result<(), Failure> {
        let message = self.message(entry)?;
        // Without an expected message, there is no conflict.
        self.publish_once(&self.subject(key), message, None, until)
            .await
            .map(drop)
    }

    /// Changes what is stored under `key`, at one moment.
    pub(crate) async fn change<T>(
        &self,
        key: &str,
        until: Instant,
        mut change: impl FnMut(Option<Entry>) -> Result<Change<T>, Failure>,
    ) -> Result<T, Failure> {
        let subject = self.subject(key);
        let lock = timeout_at(until, self.lock(&subject)).await;
        let _lock = lock.map_err(|_| Failure::Contended)?;
        loop {
            let found = self.read(key, until).await?;
            let (entry, answer) = match change(found.entry)? {
                Change::Keep(answer) => return Ok(answer),
                Change::Put(entry, answer) => (Some(entry), answer),
                Change::Remove(answer) => (None, answer),
            };
            let message = self.message(entry)?;
            let expected = Some(found.sequence);
            match self
                .publish_once(&subject, message, expected, until)
                .await?
            {
                true => return Ok(answer),
                false if Instant::now() >= until => return Err(Failure::Contended),
                false => {}
            }
        }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::of(&*self.clock)
    }

    fn subject(&self, key: &str) -> String {
        let Settings { bucket, prefix, .. } = &self.settings;
        format!("$KV.{bucket}.{prefix}.{}", name::of(key))
    }

    async fn lock(&self, subject: &str) -> MutexGuard<'_, ()> {
        let hash = usize::try_from(self.hasher.hash_one(subject)).unwrap_or_default();
        #[expect(clippy::indexing_slicing, reason = "the remainder is in bounds")]
        self.locks[hash % LOCKS].lock().await
    }

    fn message(&self, entry: Option<Entry>) -> Result<PublishMessage, Failure> {
        match entry {
            Some(entry) => entry.message(self.now(), self.bucket.ends),
            None => Ok(removal(self.bucket.ends)),
        }
    }

    /// Returns the last message of a subject.
    async fn last(&self, subject: &str, until: Instant) -> Result<Option<StreamMessage>, Failure> {
        loop {
            self.wait_for_connection(until).await?;
            let asked = self.bucket.stream.get_last_raw_message_by_subject(subject);
            let cause = match timeout_at(until.min(Instant::now() + ATTEMPT), asked).await {
                Ok(Ok(message)) => return Ok(Some(message)),
                Ok(Err(error)) => match error.kind() {
                    LastRawMessageErrorKind::NoMessageFound => return Ok(None),
                    LastRawMessageErrorKind::JetStream(cause) if cause.code() < 500 => {
                        return Err(Failure::server(cause));
                    }
                    _ => Some(error.into()),
                },
                Err(_) => None,
            };
            pause(until, || Failure::Away(cause)).await?;
        }
    }

    /// Publishes `message`, so that it takes effect at most once, if the last message of the subject is the `expected`
    /// one. Returns false if it is another one.
    async fn publish_once(
        &self,
        subject: &str,
        message: PublishMessage,
        expected: Option<u64>,
        until: Instant,
    ) -> Result<bool, Failure> {
        let id = self.identifiers.next();
        let message = message.message_id(&id);
        let message = match expected {
            Some(sequence) => message.expected_last_subject_sequence(sequence),
            None => message,
        };
        let mut is_first = true;
        loop {
            self.wait_for_connection(until).await.map_err(|away| {
                if is_first {
                    away
                } else {
                    Failure::Unknown(None)
                }
            })?;
            let cause = match self.publish(subject, message.clone(), until).await {
                Published::Written => return Ok(true),
                Published::Conflict if is_first => return Ok(false),
                Published::Refused(failure) => return Err(failure),
                Published::Nobody => {
                    let away = || match is_first {
                        true => Failure::Away(None),
                        false => Failure::Unknown(None),
                    };
                    pause(until, away).await?;
                    continue;
                }
                Published::Conflict => None,
                Published::Lost(cause) => cause,
            };
            is_first = false;
            match self.look(subject, &id, until).await {
                Ok((true, _)) => return Ok(true),
                // It did not arrive, or will take effect once, because both expect the same.
                Ok((false, last)) if expected == Some(last) => {
                    pause(until, || Failure::Unknown(cause)).await?;
                }
                Ok(_) | Err(_) => return Err(Failure::Unknown(cause)),
            }
        }
    }

    /// Returns whether the last message of the subject is that of the write `id`, and its number.
    async fn look(&self, subject: &str, id: &str, until: Instant) -> Result<(bool, u64), Failure> {
        let Some(last) = self.last(subject, until).await? else {
            return Ok((false, 0));
        };
        let is_ours = last
            .headers
            .get(IDENTIFIER)
            .is_some_and(|own| own.as_str() == id);
        Ok((is_ours, last.sequence))
    }

    async fn publish(&self, subject: &str, message: PublishMessage, until: Instant) -> Published {
        let sent = async {
            let subject = subject.to_owned();
            self.context.send_publish(subject, message).await?.await
        };
        let answer = timeout_at(until.min(Instant::now() + ATTEMPT), sent).await;
        let error = match answer {
            Ok(Ok(_)) => return Published::Written,
            Ok(Err(error)) => error,
            Err(_) => return Published::Lost(None),
        };
        match error.kind() {
            PublishErrorKind::WrongLastSequence => Published::Conflict,
            PublishErrorKind::StreamNotFound => Published::Nobody,
            PublishErrorKind::MaxPayloadExceeded => {
                let most = self.nats.max_payload();
                Published::Refused(Refusal::ValueTooLong(most).into())
            }
            _ => {
                let cause = error.source().and_then(|cause| cause.downcast_ref());
                match cause {
                    Some(refused) => {
                        let refused: &jetstream::Error = refused;
                        Published::Refused(Failure::server(refused.clone()))
                    }
                    None => Published::Lost(Some(error.into())),
                }
            }
        }
    }

    async fn wait_for_connection(&self, until: Instant) -> Result<(), Failure> {
        match connected(&self.nats, until).await {
            true => Ok(()),
            false => Err(Failure::Away(None)),
        }
    }
}

/// Waits before the next attempt, or fails if the time is over.
async fn pause(until: Instant, failure: impl FnOnce() -> Failure) -> Result<(), Failure> {
    if Instant::now() + PAUSE >= until {
        return Err(failure());
    }
    sleep(PAUSE).await;
    Ok(())
}
