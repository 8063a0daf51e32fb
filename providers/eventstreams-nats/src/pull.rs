//! Requests for the messages of a consumer, and the answers of the server.

use crate::failure::Failure;
use async_nats::datetime::DateTime;
use async_nats::jetstream::{self, Context};
use async_nats::{Client, Message, StatusCode, Subscriber};
use futures_util::StreamExt;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// The time in which the server answers that a subscription has ended.
const CLOSING: Duration = Duration::from_secs(2);

/// The subscription to the messages of a consumer. The server sends those that are asked for.
pub(crate) struct Pull {
    nats: Client,
    context: Context,
    jetstream: String,
    consumer: String,
    inbox: String,
    messages: Subscriber,
}

/// A part of an answer.
pub(crate) enum Reply {
    Message(Box<Received>),
    /// The request is waiting.
    Alive,
    /// The request is over, and there were no further messages.
    Over,
    /// The next message is larger than the request allows.
    TooLarge,
}

/// A message.
pub(crate) struct Received {
    pub(crate) message: Message,
    pub(crate) delivery: Delivery,
    /// The number of messages that follow.
    pub(crate) pending: u64,
    pub(crate) published: DateTime,
}

/// One of the times that the server gave out a message.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// The subject of acknowledgements.
    pub(crate) reply: String,
    /// The number of the message in the stream of JetStream.
    pub(crate) sequence: u64,
    /// The number of times that the server has given out the message, from 1.
    pub(crate) delivered: u64,
}

impl Pull {
    pub(crate) async fn open(
        nats: &Client,
        context: &Context,
        jetstream: &str,
        consumer: &str,
    ) -> Result<Self, Failure> {
        let inbox = nats.new_inbox();
        let messages = nats.subscribe(inbox.clone()).await;
        Ok(Self {
            nats: nats.clone(),
            context: context.clone(),
            jetstream: jetstream.to_owned(),
            consumer: consumer.to_owned(),
            inbox,
            messages: messages.map_err(|error| Failure::Away(Some(error.into())))?,
        })
    }

    /// Asks for messages.
    pub(crate) async fn ask(&self, request: &Value) -> Result<(), Failure> {
        let (jetstream, consumer) = (&self.jetstream, &self.consumer);
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{jetstream}.{consumer}");
        let body = request.to_string().into();
        let asked = self
            .nats
            .publish_with_reply(subject, self.inbox.clone(), body);
        let asked = asked.await;
        asked.map_err(|error| Failure::Away(Some(error.into())))
    }

    /// Waits for the next part of an answer. The future may be dropped at any time.
    pub(crate) async fn next(&mut self) -> Result<Reply, Failure> {
        match self.messages.next().await {
            Some(message) => self.read(message),
            None => Err(Failure::Ended),
        }
    }

    /// Ends the subscription. Returns the messages that the server has sent meanwhile.
    pub(crate) async fn close(mut self) -> Vec<Received> {
        let mut all = Vec::new();
        let rest = async {
            if self.messages.drain().await.is_err() {
                return;
            }
            while let Some(message) = self.messages.next().await {
                if let Ok(Reply::Message(received)) = self.read(message) {
                    all.push(*received);
                }
            }
        };
        // A message that comes later is given out again after its time.
        let _ = timeout(CLOSING, rest).await;
        all
    }

    fn read(&self, message: Message) -> Result<Reply, Failure> {
        let Some(status) = message.status else {
            return self.received(message).map(Box::new).map(Reply::Message);
        };
        let description = message.description.unwrap_or_default();
        let description = description.to_ascii_lowercase();
        match status {
            StatusCode::IDLE_HEARTBEAT => Ok(Reply::Alive),
            StatusCode::NOT_FOUND | StatusCode::TIMEOUT => Ok(Reply::Over),
            StatusCode::NO_RESPONDERS => Err(Failure::Gone),
            StatusCode::REQUEST_TERMINATED if description.contains("maxbytes") => {
                Ok(Reply::TooLarge)
            }
            StatusCode::REQUEST_TERMINATED if description.contains("deleted") => Err(Failure::Gone),
            status => Err(Failure::Status(status.as_u16())),
        }
    }

    fn received(&self, message: Message) -> Result<Received, Failure> {
        let context = self.context.clone();
        let message = jetstream::Message { message, context };
        let info = message.info().map_err(|_| Failure::BadAnswer)?;
        if (info.stream, info.consumer) != (&self.jetstream, &self.consumer) {
            return Err(Failure::BadAnswer);
        }
        let (pending, published) = (info.pending, info.published);
        let delivery = Delivery {
            reply: message.reply.as_deref().unwrap_or_default().to_owned(),
            sequence: info.stream_sequence,
            delivered: u64::try_from(info.delivered).unwrap_or_default().max(1),
        };
        Ok(Received {
            message: message.message,
            delivery,
            pending,
            published,
        })
    }
}
