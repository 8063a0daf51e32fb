//! The messages of a stream: from the server to the actor.

use super::Stream;
use super::task::{Shared, Task};
use async_nats::jetstream::consumer::pull;
use capwire_messaging::Failure;
use capwire_provider::{ActorClient, Binding};
use futures_util::StreamExt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};

/// The time for which the server answers one question for messages.
const EXPIRES: Duration = Duration::from_secs(20);
/// The time between two signs of life from the server. Without two of them, the question is asked again.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// The pause after an error of the server.
const PAUSE: Duration = Duration::from_millis(250);

/// The task that gives the messages of a stream to the actor. Dropping it ends the task: the server then gives the messages to
/// others.
pub(crate) struct Receiver {
    task: Mutex<Option<JoinHandle<()>>>,
    abort: AbortHandle,
    end: watch::Sender<bool>,
}

impl Receiver {
    /// Starts after it has found that the server accepts the subscriptions. Returns `None` if there is no stream, or if the actor only
    /// sends.
    pub(crate) async fn start(
        binding: &Binding,
        stream: Option<&Arc<Stream>>,
    ) -> Result<Option<Self>, Failure> {
        let Some(stream) = stream.filter(|stream| stream.has_subscriptions()) else {
            return Ok(None);
        };
        let end = watch::Sender::new(false);
        let shared = Arc::new(Shared {
            binding: binding.id.clone(),
            client: ActorClient::new(Arc::clone(&binding.actor)),
            stream: Arc::clone(stream),
            dropped: AtomicU64::new(0),
            end: end.subscribe(),
        });
        let messages = open(&shared).await?;
        let task = tokio::spawn(run(shared, messages));
        Ok(Some(Self {
            abort: task.abort_handle(),
            task: Mutex::new(Some(task)),
            end,
        }))
    }

    /// Takes no further messages, and lets the actor handle those that it has, until this time. A second call waits for
    /// nothing.
    pub(crate) async fn drain(&self, until: Instant) {
        self.end.send_replace(true);
        let task = self.task.lock().await.take();
        if let Some(task) = task {
            // The server delivers what is left again.
            let _ = timeout_at(until, task).await;
            self.abort.abort();
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

async fn open(shared: &Shared) -> Result<pull::Stream, Failure> {
    let consumer = shared.stream.consumer().await?;
    let messages = consumer
        .stream()
        .max_messages_per_batch(shared.stream.concurrent())
        .expires(EXPIRES)
        .heartbeat(HEARTBEAT)
        .messages();
    messages.await.map_err(Failure::not_connected)
}

/// Gives messages to the actor until the binding ends.
async fn run(shared: Arc<Shared>, mut messages: pull::Stream) {
    let concurrent = shared.stream.concurrent();
    let mut handled = JoinSet::new();
    let mut end = shared.end.clone();
    loop {
        while handled.try_join_next().is_some() {}
        // The server sends no more than that to all members of the group, unless another host has changed it.
        while handled.len() >= concurrent {
            handled.join_next().await;
        }
        let next = tokio::select! {
            next = messages.next() => next,
            _ = end.wait_for(|end| *end) => break,
        };
        match next {
            Some(Ok(message)) => {
                let task = Task::new(Arc::clone(&shared), message);
                handled.spawn(task.run());
            }
            ended => {
                if let Some(Err(error)) = ended {
                    shared.log_error(&error);
                }
                messages = tokio::select! {
                    messages = reopened(&shared) => messages,
                    _ = end.wait_for(|end| *end) => break,
                };
            }
        }
    }
    drop(messages);
    while handled.join_next().await.is_some() {}
}

/// Opens the stream of messages again, as often as that takes.
async fn reopened(shared: &Shared) -> pull::Stream {
    loop {
        sleep(PAUSE).await;
        match open(shared).await {
            Ok(messages) => return messages,
            Err(failure) => shared.log_error(&failure),
        }
    }
}
