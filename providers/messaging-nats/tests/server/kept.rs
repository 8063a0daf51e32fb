//! A stream that keeps the messages of a test.

use crate::contract::{prefix, url};
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::{self, Context, stream};
use capwire_contracts_suite::messaging::{Client, Listener, Subject};
use std::time::Duration;
use tokio::time::timeout;

pub(crate) const LONGEST: Duration = Duration::from_secs(60);
pub(crate) const ACTOR: &str = "MWORKER";

/// A stream of one test, as a client of others sees it.
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) context: Context,
}

impl Kept {
    pub(crate) async fn new() -> Self {
        Self::at(&url()).await
    }

    pub(crate) async fn at(url: &str) -> Self {
        let name = prefix();
        let context = jetstream::new(async_nats::connect(url).await.unwrap());
        Self { name, context }
    }

    /// The values of a binding, which tries again soon.
    pub(crate) fn values<'v>(&'v self, more: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
        let own = [("STREAM", &*self.name), ("BACKOFF", "10ms")];
        [&own[..], more].concat()
    }

    pub(crate) async fn listener(&self, subject: &Subject, more: &[(&str, &str)]) -> Listener {
        subject
            .listener_with(ACTOR, "work", &self.values(more))
            .await
    }

    /// A sender whose messages are kept.
    pub(crate) async fn sender<'s>(&self, subject: &'s Subject) -> Client<'s> {
        let values = self.values(&[]);
        let bound = subject.bind("MSENDER", "default", Listener::default(), &values);
        bound.await.unwrap();
        subject.unbound("MSENDER", "default")
    }

    pub(crate) async fn stream(&self) -> stream::Stream {
        self.context.get_stream(&self.name).await.unwrap()
    }

    /// The messages that are delivered and not acknowledged, and those that wait.
    pub(crate) async fn pending(&self) -> (usize, u64) {
        let consumer = self
            .stream()
            .await
            .get_consumer::<pull::Config>(ACTOR)
            .await;
        let info = consumer.unwrap().get_info().await.unwrap();
        (info.num_ack_pending, info.num_pending)
    }

    /// Waits for a dead letter, and returns it.
    pub(crate) async fn letter(&self) -> StreamMessage {
        let (stream, subject) = (self.stream().await, format!("dead.{}", self.name));
        let letter = async {
            loop {
                match stream.get_last_raw_message_by_subject(&subject).await {
                    Ok(letter) => break letter,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        timeout(LONGEST, letter).await.unwrap()
    }

    /// Waits until so many messages are in the stream.
    pub(crate) async fn has(&self, messages: u64) {
        let has = async {
            while self.stream().await.get_info().await.unwrap().state.messages != messages {
                tokio::task::yield_now().await;
            }
        };
        timeout(LONGEST, has).await.unwrap();
    }
}
