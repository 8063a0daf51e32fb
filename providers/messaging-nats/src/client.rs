//! A binding: its connection, its subscriptions and its requests.

use crate::events::Events;
use crate::receive::Subscriptions;
use crate::stream::{Receiver, Stream, StreamSettings, UNKNOWN};
use async_nats::{Client as Nats, ConnectOptions, PublishErrorKind, StatusCode, Subscriber};
use bytes::Bytes;
use capwire_contracts::messaging::{BrokerMessage, RequestMessage};
use capwire_messaging::{DRAIN, Delivery, Failure, Inboxes, Settings, check_subject, token};
use capwire_nats_common::{Server, connected};
use capwire_provider::{Binding, Call, ProviderError};
use futures_util::StreamExt;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, timeout_at};

/// The messages between the connection and the queue of a binding, at most.
const BETWEEN: usize = 65_536;

/// The reply to a request.
enum Reply {
    Body(Bytes),
    NoResponders,
}

/// A binding.
pub(crate) struct Client {
    settings: Settings,
    nats: Nats,
    inboxes: Arc<Inboxes<Reply>>,
    replies: JoinHandle<()>,
    delivery: Arc<Delivery>,
    subscriptions: Mutex<Option<Subscriptions>>,
    /// The stream whose messages are kept until they are handled.
    stream: Option<Arc<Stream>>,
    receiver: Option<Receiver>,
}

/// The values of a binding.
pub(crate) struct Values {
    pub(crate) server: Server,
    pub(crate) common: Settings,
    pub(crate) stream: Option<StreamSettings>,
}

impl Client {
    /// Connects, logs in and subscribes. `before` ends before the first message is delivered.
    pub(crate) async fn open(
        binding: Binding,
        values: Values,
        before: impl Future<Output = ()> + Send,
    ) -> Result<Self, Failure> {
        let Values {
            server,
            common: settings,
            stream,
        } = values;
        let events = Arc::new(Events::new(binding.id.clone()));
        let nats = server.connect(options(&events, &settings)).await;
        let nats = nats.map_err(Failure::not_connected)?;
        let until = Instant::now() + server.connect_timeout;
        let stream = match stream {
            Some(stream) => Some(Stream::open(&nats, stream, settings.clone(), until).await?),
            None => None,
        };
        before.await;
        let inbox = format!("_INBOX.{}.", token()?);
        let replies = nats.subscribe(format!("{inbox}*")).await;
        let replies = replies.map_err(Failure::not_connected)?;
        let inboxes = Arc::new(Inboxes::new(inbox));
        let receiver = Receiver::start(&binding, stream.as_ref()).await?;
        let delivery = Delivery::start(binding.id, binding.actor, settings.limits, None);
        let delivery = Arc::new(delivery);
        let mut client = Self {
            replies: tokio::spawn(receive_replies(replies, Arc::clone(&inboxes))),
            inboxes,
            nats,
            delivery,
            settings,
            subscriptions: Mutex::default(),
            stream,
            receiver,
        };
        if client.receiver.is_none() {
            let (nats, settings, delivery) = (&client.nats, &client.settings, &client.delivery);
            let subscriptions = Subscriptions::open(nats, settings, delivery, &events).await?;
            *client.subscriptions.get_mut() = Some(subscriptions);
        }
        client.confirm(&server).await?;
        match events.take_error() {
            None => Ok(client),
            Some(error) => Err(Failure::Unavailable {
                what: "the NATS server refuses a subscription: see the host's log".to_owned(),
                source: Some(error.into()),
            }),
        }
    }

    /// Waits until the server has read everything so far: it answers to the end of a subscription.
    async fn confirm(&self, server: &Server) -> Result<(), Failure> {
        let until = Instant::now() + server.connect_timeout;
        let confirmed = timeout_at(until, async {
            let subject = format!("_INBOX.{}", token()?);
            let subscribed = self.nats.subscribe(subject).await;
            let mut subscriber = subscribed.map_err(Failure::not_connected)?;
            subscriber.drain().await.map_err(Failure::not_connected)?;
            while subscriber.next().await.is_some() {}
            Ok(())
        });
        confirmed
            .await
            .unwrap_or_else(|late| Err(Failure::not_connected(late)))
    }

    /// Ends the binding after it has handled what the server has sent, within [`DRAIN`].
    pub(crate) async fn end(&self) {
        let until = Instant::now() + DRAIN;
        let subscriptions = self.subscriptions.lock().await.take();
        if let Some(mut subscriptions) = subscriptions {
            // The server may be away.
            let _ = timeout_at(until, subscriptions.drain()).await;
        }
        if let Some(receiver) = &self.receiver {
            receiver.drain(until).await;
        }
        let left = until.saturating_duration_since(Instant::now());
        self.delivery.drain(left).await;
    }

    /// Sends a message.
    pub(crate) async fn publish(&self, call: &Call<'_>) -> Result<(), ProviderError> {
        let message: BrokerMessage = call.message()?;
        self.check(&message.subject, &message.body)?;
        let reply_to = message.reply_to;
        if !reply_to.is_empty() {
            check_subject(&reply_to).map_err(Failure::ReplySubject)?;
        }
        let until = Instant::now() + self.longest(call);
        self.connected(until).await?;
        let (subject, body) = (message.subject, message.body);
        if let Some(stream) = self.keeper(&subject) {
            if !reply_to.is_empty() {
                return Err(Failure::NoReplies { subject }.into());
            }
            let stored = timeout_at(until, stream.publish(subject, body.into()));
            return Ok(stored
                .await
                .unwrap_or_else(|late| Err(not_confirmed(late)))?);
        }
        let sent = timeout_at(until, async {
            self.send(subject, reply_to, body).await?;
            self.nats.flush().await.map_err(unknown)
        });
        Ok(sent.await.unwrap_or_else(|late| Err(unknown(late)))?)
    }

    /// Sends a message and waits for the reply.
    pub(crate) async fn request(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let request: RequestMessage = call.message()?;
        self.check(&request.subject, &request.body)?;
        if self.keeper(&request.subject).is_some() {
            let subject = request.subject;
            return Err(Failure::NoReplies { subject }.into());
        }
        let longest = self.longest(call);
        let after = match u64::try_from(request.timeout) {
            Ok(0) => longest,
            Ok(asked) => longest.min(Duration::from_millis(asked)),
            Err(_) => return Err(Failure::NegativeTimeout.into()),
        };
        let until = Instant::now() + after;
        self.connected(until).await?;
        let mut inbox = self.inboxes.open()?;
        let (subject, reply_to) = (request.subject.clone(), inbox.subject().to_owned());
        let replied = timeout_at(until, async {
            self.send(subject, reply_to, request.body).await?;
            Ok::<_, Failure>(inbox.reply().await)
        });
        let subject = request.subject;
        match replied.await {
            Ok(Ok(Some(Reply::Body(reply)))) => Ok(reply),
            Ok(Ok(Some(Reply::NoResponders))) => Err(Failure::NoResponders { subject }.into()),
            Ok(Err(failure)) => Err(failure.into()),
            Ok(Ok(None)) | Err(_) => Err(Failure::Timeout { subject, after }.into()),
        }
    }

    fn check(&self, subject: &str, body: &[u8]) -> Result<(), Failure> {
        check_subject(subject).map_err(Failure::Subject)?;
        let (bytes, most) = (body.len(), self.settings.max_message);
        match bytes > most {
            true => Err(Failure::TooLong { bytes, most }),
            false => Ok(()),
        }
    }

    /// Returns the stream that keeps messages to `subject`.
    fn keeper(&self, subject: &str) -> Option<&Stream> {
        let stream = self.stream.as_deref()?;
        stream.keeps(subject).then_some(stream)
    }

    fn longest(&self, call: &Call<'_>) -> Duration {
        let longest = self.settings.timeout;
        call.time_left().map_or(longest, |left| left.min(longest))
    }

    /// Waits for the connection.
    async fn connected(&self, until: Instant) -> Result<(), Failure> {
        match connected(&self.nats, until).await {
            true => Ok(()),
            false => Err(Failure::Unavailable {
                what: "the NATS server is away, and nothing was sent".to_owned(),
                source: None,
            }),
        }
    }

    async fn send(&self, subject: String, reply_to: String, body: Vec<u8>) -> Result<(), Failure> {
        let sent = match reply_to.is_empty() {
            true => self.nats.publish(subject, body.into()).await,
            false => {
                let nats = &self.nats;
                nats.publish_with_reply(subject, reply_to, body.into())
                    .await
            }
        };
        sent.map_err(|error| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => Failure::TooLongForServer {
                most: self.nats.max_payload(),
            },
            _ => Failure::not_connected(error),
        })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.replies.abort();
    }
}

/// Returns the options of the connection that tells `events`. Messages can wait between it and the queue.
fn options(events: &Arc<Events>, settings: &Settings) -> ConnectOptions {
    let events = Arc::clone(events);
    ConnectOptions::new()
        .subscription_capacity(settings.limits.messages.min(BETWEEN))
        .event_callback(move |event| {
            events.tell(event);
            std::future::ready(())
        })
}

/// Returns the failure of a message that may be on its way.
fn unknown(source: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Unavailable {
        what: "the NATS server did not take the message in time, which may or may not be sent"
            .to_owned(),
        source: Some(source.into()),
    }
}

/// Returns the failure of a message that a stream may have stored.
fn not_confirmed(source: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Unavailable {
        what: UNKNOWN.to_owned(),
        source: Some(source.into()),
    }
}

/// Gives replies to the requests that wait for them.
async fn receive_replies(mut replies: Subscriber, inboxes: Arc<Inboxes<Reply>>) {
    while let Some(message) = replies.next().await {
        let reply = match message.status {
            Some(StatusCode::NO_RESPONDERS) => Reply::NoResponders,
            _ => Reply::Body(message.payload),
        };
        inboxes.reply(&message.subject, reply);
    }
}
