//! The subscriptions of a binding: from the server to the queue of the binding.

use crate::events::Events;
use async_nats::{Client, Message as Received, Subscriber};
use capwire_contracts::messaging::BrokerMessage;
use capwire_messaging::{Delivery, Failure, Message, Settings};
use futures_util::StreamExt;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The subscriptions of a binding. Dropping them ends them.
pub(crate) struct Subscriptions {
    tasks: JoinSet<()>,
    end: watch::Sender<bool>,
}

impl Subscriptions {
    /// Subscribes to everything in `settings`.
    pub(crate) async fn open(
        client: &Client,
        settings: &Settings,
        delivery: &Arc<Delivery>,
        events: &Arc<Events>,
    ) -> Result<Self, Failure> {
        let mut tasks = JoinSet::new();
        let end = watch::Sender::new(false);
        for pattern in &settings.subscriptions {
            let pattern = pattern.as_str().to_owned();
            let subscriber = match settings.group.clone() {
                Some(group) => client.queue_subscribe(pattern, group).await,
                None => client.subscribe(pattern).await,
            };
            let subscriber = subscriber.map_err(Failure::not_connected)?;
            let (delivery, events) = (Arc::clone(delivery), Arc::clone(events));
            tasks.spawn(receive(subscriber, delivery, events, end.subscribe()));
        }
        Ok(Self { tasks, end })
    }

    /// Ends the subscriptions after what the server has sent.
    pub(crate) async fn drain(&mut self) {
        self.end.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn receive(
    mut subscriber: Subscriber,
    delivery: Arc<Delivery>,
    events: Arc<Events>,
    mut end: watch::Receiver<bool>,
) {
    loop {
        let received = tokio::select! {
            received = subscriber.next() => received,
            _ = end.wait_for(|end| *end) => break,
        };
        match received {
            Some(received) => queue(&delivery, &events, received),
            None => return,
        }
    }
    if subscriber.drain().await.is_ok() {
        while let Some(received) = subscriber.next().await {
            queue(&delivery, &events, received);
        }
    }
}

/// Adds a message to the queue, or drops it if there is no room.
fn queue(delivery: &Delivery, events: &Events, received: Received) {
    let Received {
        subject,
        reply,
        payload,
        ..
    } = received;
    let content = BrokerMessage {
        subject: subject.into_string(),
        reply_to: reply.map(|reply| reply.into_string()).unwrap_or_default(),
        body: payload.into(),
    };
    let trace = None;
    let message = Message { content, trace };
    if delivery.check(&message).is_err() || !delivery.push(Arc::new(message)) {
        events.dropped();
    }
}
