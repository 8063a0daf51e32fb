//! The stream of a binding, and its consumer: the place that the actor has reached in it.

use super::StreamSettings;
use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind, PublishErrorKind};
use async_nats::jetstream::stream::{self, DiscardPolicy, Info, RetentionPolicy};
use async_nats::jetstream::{self, Context, ErrorCode};
use bytes::Bytes;
use capwire_messaging::{Failure, Pattern, Settings};
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// The stream of a binding.
pub(crate) struct Stream {
    pub(crate) settings: StreamSettings,
    pub(crate) context: Context,
    common: Settings,
    stream: stream::Stream<Info>,
    /// The subjects that it keeps.
    subjects: Vec<Pattern>,
}

impl Stream {
    /// Opens the stream, which is created if there is none and if the actor receives messages.
    pub(crate) async fn open(
        nats: &Client,
        settings: StreamSettings,
        common: Settings,
        until: Instant,
    ) -> Result<Arc<Self>, Failure> {
        let context = jetstream::new(nats.clone());
        let opened = timeout_at(until, async {
            let stream = find_or_create(&context, &settings, &common).await?;
            if let Some(subject) = settings.dead_letters.as_ref() {
                let keeper = context.stream_by_subject(subject).await;
                let advice = format!(
                    "no stream keeps `{subject}`: add it to a stream, or write another one into `DEAD_LETTERS`"
                );
                if !common.subscriptions.is_empty() {
                    keeper.map_err(|error| failed(advice, error))?;
                }
            }
            Ok(stream)
        });
        let late = |late| failed(format!("cannot open the stream `{}`", settings.name), late);
        let stream = opened.await.map_err(late)??;
        let subjects = stream.cached_info().config.subjects.iter();
        let subjects = subjects.filter_map(|it| it.parse().ok()).collect();
        Ok(Arc::new(Self {
            settings,
            context,
            common,
            stream,
            subjects,
        }))
    }

    /// Returns the consumer, which is created if there is none, or changed if it has other values.
    pub(crate) async fn consumer(&self) -> Result<Consumer<pull::Config>, Failure> {
        let filters = self.common.subscriptions.iter();
        let pending = i64::try_from(self.concurrent()).unwrap_or(i64::MAX);
        let config = pull::Config {
            durable_name: self.common.group.clone(),
            filter_subjects: filters.map(|it| it.as_str().to_owned()).collect(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: self.settings.ack_wait,
            // The host ends the tries, so that it can tell `DEAD_LETTERS` of the last one.
            max_deliver: -1,
            max_ack_pending: pending,
            ..pull::Config::default()
        };
        let created = self.stream.create_consumer(config).await;
        created.map_err(|error| {
            let name = &self.settings.name;
            let what = format!("the stream `{name}` does not accept the subscriptions");
            failed(what, error)
        })
    }

    /// Returns true if the actor gets messages.
    pub(crate) fn has_subscriptions(&self) -> bool {
        !self.common.subscriptions.is_empty()
    }

    /// Returns the number of messages that all members of the group handle at the same time, at most.
    pub(crate) fn concurrent(&self) -> usize {
        self.common.limits.concurrent
    }

    /// Returns true if the stream keeps messages to `subject`.
    pub(crate) fn keeps(&self, subject: &str) -> bool {
        self.subjects.iter().any(|kept| kept.matches(subject))
    }

    /// Sends a message, and waits until the stream has stored it.
    pub(crate) async fn publish(&self, subject: String, body: Bytes) -> Result<(), Failure> {
        let sent = self.context.publish(subject.clone(), body).await;
        let stored = match sent {
            Ok(stored) => stored.await.map(drop),
            Err(error) => Err(error),
        };
        stored.map_err(|error| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => Failure::TooLongForServer {
                most: self.context.client().max_payload(),
            },
            PublishErrorKind::StreamNotFound => Failure::NoResponders { subject },
            _ if is_full(&error) => Failure::StreamFull { subject },
            _ => failed(UNKNOWN.to_owned(), error),
        })
    }
}

/// The state of a message about which the server said nothing.
pub(crate) const UNKNOWN: &str =
    "the NATS server did not confirm in time that it has stored the message";

/// Codes of the server for a message that does not fit.
const FULL: [ErrorCode; 2] = [
    ErrorCode::STREAM_STORE_FAILED,
    ErrorCode::INSUFFICIENT_RESOURCES,
];

fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<jetstream::Error>() {
            return FULL.contains(&error.error_code());
        }
        cause = error.source();
    }
    false
}

async fn find_or_create(
    context: &Context,
    settings: &StreamSettings,
    common: &Settings,
) -> Result<stream::Stream<Info>, Failure> {
    let name = &settings.name;
    match context.get_stream(name).await {
        Ok(stream) => Ok(stream),
        Err(error) if is_not_found(&error) && !common.subscriptions.is_empty() => {
            match context.create_stream(new(settings, common)).await {
                Ok(stream) => Ok(stream),
                // Another host may have created it with other values.
                Err(error) => {
                    let found = context.get_stream(name).await;
                    found.map_err(|_| failed(format!("cannot create the stream `{name}`"), error))
                }
            }
        }
        Err(error) if is_not_found(&error) => {
            let what = format!(
                "there is no stream `{name}`: bind the actor that receives its messages first, or create the stream"
            );
            Err(failed(what, error))
        }
        Err(error) => Err(failed(format!("cannot open the stream `{name}`"), error)),
    }
}

fn is_not_found(error: &GetStreamError) -> bool {
    match error.kind() {
        GetStreamErrorKind::JetStream(error) => error.code() == 404,
        _ => false,
    }
}

/// A stream from which a message goes when it was handled.
fn new(settings: &StreamSettings, common: &Settings) -> stream::Config {
    let subjects = common.subscriptions.iter().map(Pattern::as_str);
    let subjects = subjects.chain(settings.dead_letters.as_deref());
    stream::Config {
        name: settings.name.clone(),
        subjects: subjects.map(str::to_owned).collect(),
        retention: RetentionPolicy::WorkQueue,
        max_bytes: settings.bytes,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_message_size: -1,
        max_consumers: -1,
        // A message that does not fit must not remove those that nobody has handled.
        discard: DiscardPolicy::New,
        ..stream::Config::default()
    }
}

fn failed(what: String, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::Unavailable {
        what,
        source: Some(source.into()),
    }
}
