//! The streams of a binding on its server: the time and the place of operations, and writes that take effect once.

use crate::failure::Failure;
use crate::message;
use crate::name;
use crate::stream::StreamError;
use crate::values::Jetstream;
use async_nats::Client;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::Info;
use async_nats::jetstream::{self, Context, ErrorCode};
use capwire_contracts::eventstreams::Event;
use capwire_nats_common::{Identifiers, connected};
use capwire_provider::Call;
use std::error::Error as _;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout_at};

/// The time for one question to the server, which may be lost.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(1);
/// The time between two questions that nobody answers.
const PAUSE: Duration = Duration::from_millis(20);
/// The room of a message of the server that actors cannot use. A dead letter has its event and some text more.
const RESERVE: usize = 4096;

/// The streams of a binding.
pub(crate) struct Store {
    pub(crate) nats: Client,
    pub(crate) context: Context,
    pub(crate) jetstream: Jetstream,
    pub(crate) timeout: Duration,
    max_calls: usize,
    permits: Semaphore,
    identifiers: Identifiers,
}

/// The answer to a write.
enum Published {
    Written(u64),
    /// No stream of JetStream has the subject: it was deleted, or the server starts.
    Nobody,
    Refused(Failure),
    /// No answer.
    Lost(Option<PublishError>),
}

impl Store {
    pub(crate) fn new(
        nats: Client,
        jetstream: Jetstream,
        timeout: Duration,
        max_calls: usize,
        identifiers: Identifiers,
    ) -> Self {
        Self {
            context: jetstream::new(nats.clone()),
            nats,
            jetstream,
            timeout,
            max_calls,
            permits: Semaphore::new(max_calls),
            identifiers,
        }
    }

    /// Returns when the operation of `call` has to end, and its place.
    pub(crate) async fn begin(
        &self,
        call: &Call<'_>,
    ) -> Result<(Instant, SemaphorePermit<'_>), Failure> {
        let time = call.time_left();
        let until = Instant::now() + time.map_or(self.timeout, |left| left.min(self.timeout));
        let calls = self.max_calls;
        let permit = timeout_at(until, self.permits.acquire()).await;
        let permit = permit.map_err(|_| Failure::Full { calls })?;
        Ok((until, permit.map_err(|_| Failure::Ended)?))
    }

    /// Returns when a request that no actor has made must end.
    pub(crate) fn until(&self) -> Instant {
        Instant::now() + self.timeout
    }

    pub(crate) async fn wait_for_connection(&self, until: Instant) -> Result<(), Failure> {
        match connected(&self.nats, until).await {
            true => Ok(()),
            false => Err(Failure::Away(None)),
        }
    }

    /// Appends an event of an actor, and returns its number.
    pub(crate) async fn append(&self, event: &Event, until: Instant) -> Result<u64, Failure> {
        let id = self.identifiers.next();
        self.append_once(event, &id, RESERVE, until).await
    }

    /// Appends an event, once for each `id`, and leaves so many bytes of its message free. Returns its number.
    pub(crate) async fn append_once(
        &self,
        event: &Event,
        id: &str,
        reserve: usize,
        until: Instant,
    ) -> Result<u64, Failure> {
        let payload = message::payload(event)?;
        let most = self.nats.max_payload().saturating_sub(reserve);
        if payload.len() > most {
            let bytes = payload.len();
            return Err(Failure::TooLong { bytes, most });
        }
        let message = PublishMessage::build()
            .payload(payload.into())
            .message_id(id);
        let subject = name::subject(&self.jetstream.name, &event.stream);
        let mut was_sent = false;
        loop {
            let late = |cause| match was_sent {
                true => Failure::Unknown(cause),
                false => Failure::Away(cause),
            };
            if self.wait_for_connection(until).await.is_err() {
                return Err(late(None));
            }
            match self.publish(&subject, message.clone(), until).await {
                Published::Written(sequence) => return Ok(sequence),
                Published::Refused(failure) => return Err(failure),
                Published::Nobody => {
                    let _ = self.reopen(until).await;
                    pause(until, || late(None)).await?;
                }
                Published::Lost(cause) => {
                    // The server knows the identifier if it has got the message.
                    was_sent = true;
                    let cause = cause.map(Into::into);
                    pause(until, || Failure::Unknown(cause)).await?;
                }
            }
        }
    }

    /// Creates the stream of JetStream again if somebody has deleted it.
    pub(crate) async fn reopen(&self, until: Instant) -> Result<Info, Failure> {
        let opened = timeout_at(until, self.jetstream.open(&self.context)).await;
        match opened {
            Ok(Ok(info)) => Ok(info),
            Ok(Err(error)) => Err(Failure::Away(Some(error.into()))),
            Err(_) => Err(Failure::Away(None)),
        }
    }

    /// Opens the stream of JetStream.
    pub(crate) async fn open(&self, time: Duration) -> Result<Info, OpenError> {
        let opened = timeout_at(Instant::now() + time, self.jetstream.open(&self.context));
        Ok(opened.await??)
    }

    async fn publish(&self, subject: &str, message: PublishMessage, until: Instant) -> Published {
        let sent = async {
            let subject = subject.to_owned();
            self.context.send_publish(subject, message).await?.await
        };
        let answer = timeout_at(until.min(Instant::now() + ATTEMPT), sent).await;
        let error = match answer {
            Ok(Ok(stored)) if stored.stream == self.jetstream.name && stored.sequence > 0 => {
                return Published::Written(stored.sequence);
            }
            Ok(Ok(_)) => return Published::Refused(Failure::BadAnswer),
            Ok(Err(error)) => error,
            Err(_) => return Published::Lost(None),
        };
        match error.kind() {
            PublishErrorKind::StreamNotFound => Published::Nobody,
            PublishErrorKind::MaxPayloadExceeded => Published::Refused(self.too_long()),
            _ => {
                let cause = error.source().and_then(|cause| cause.downcast_ref());
                match cause {
                    Some(refused) => Published::Refused(self.refused(refused)),
                    None => Published::Lost(Some(error)),
                }
            }
        }
    }

    fn refused(&self, error: &jetstream::Error) -> Failure {
        match error.error_code() {
            ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM => self.too_long(),
            _ => Failure::server(error.clone()),
        }
    }

    fn too_long(&self) -> Failure {
        let most = self.nats.max_payload();
        Failure::TooLong { bytes: most, most }
    }
}

/// The error of a stream of JetStream that a binding cannot use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error("the NATS server did not answer in time")]
    Late(#[from] tokio::time::error::Elapsed),
}

/// Waits before the next attempt, or fails if the time is over.
pub(crate) async fn pause(
    until: Instant,
    failure: impl FnOnce() -> Failure,
) -> Result<(), Failure> {
    if Instant::now() + PAUSE >= until {
        return Err(failure());
    }
    sleep(PAUSE).await;
    Ok(())
}

/// Waits for an answer until a time.
pub(crate) async fn in_time<T>(
    until: Instant,
    asked: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match timeout_at(until, asked).await {
        Ok(answer) => answer,
        Err(late) => Err(Failure::Away(Some(late.into()))),
    }
}
