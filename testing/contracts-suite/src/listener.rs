//! An actor that records the messages that it gets.

use async_trait::async_trait;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_provider::{ActorCall, ActorError, ActorHandle};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::Mutex as Lock;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::time::timeout;

/// The longest time in which a message must arrive. It is far more than a slow machine needs.
const LONGEST: Duration = Duration::from_secs(60);

/// A message that a provider delivers to actors.
pub trait Delivered: DeserializeOwned + Send + 'static {
    /// The operation that delivers it.
    const OPERATION: &'static str;
}

/// The end of a handler.
#[derive(Clone, Debug, Default)]
pub enum Doing {
    /// It succeeds.
    #[default]
    Succeed,
    /// It fails with this error.
    Fail(ActorError),
    /// It fails with these errors, one after the other, and then succeeds. Messages that it refuses are
    /// not recorded.
    Refuse(Vec<ActorError>),
}

/// An actor that records the messages that it gets. Clones are the same actor.
pub struct Listener<M>(Arc<Inner<M>>);

impl<M> Clone for Listener<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<M> {
    sender: mpsc::UnboundedSender<M>,
    receiver: Mutex<mpsc::UnboundedReceiver<M>>,
    doing: Lock<Doing>,
    /// A permit for each handler that may end.
    gate: Semaphore,
    now_and_most: Lock<(usize, usize)>,
}

impl<M> Default for Listener<M> {
    fn default() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self(Arc::new(Inner {
            sender,
            receiver: Mutex::new(receiver),
            doing: Lock::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            now_and_most: Lock::default(),
        }))
    }
}

impl<M: Delivered> Listener<M> {
    /// The next message that it gets.
    pub async fn next(&self) -> M {
        let mut receiver = self.0.receiver.lock().await;
        let next = timeout(LONGEST, receiver.recv()).await;
        next.expect("a message").unwrap()
    }

    /// The messages that it has got.
    pub async fn all(&self) -> Vec<M> {
        let mut receiver = self.0.receiver.lock().await;
        let mut messages = Vec::new();
        while let Ok(message) = receiver.try_recv() {
            messages.push(message);
        }
        messages
    }

    /// The number of messages that it has got, which it forgets.
    pub async fn count(&self) -> usize {
        self.all().await.len()
    }

    /// Sets the end of its handlers.
    pub fn will(&self, doing: Doing) {
        *self.0.doing.lock().unwrap() = doing;
    }

    /// Keeps its handlers from ending.
    pub fn hold(&self) {
        self.0.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Lets so many handlers end.
    pub fn release(&self, handlers: usize) {
        self.0.gate.add_permits(handlers);
    }

    /// The most messages that it handled at the same time.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.0.now_and_most.lock().unwrap().1
    }

    fn refusal(&self) -> Option<ActorError> {
        match &mut *self.0.doing.lock().unwrap() {
            Doing::Refuse(errors) if !errors.is_empty() => Some(errors.remove(0)),
            _ => None,
        }
    }

    fn end(&self) -> Result<Bytes, ActorError> {
        match &*self.0.doing.lock().unwrap() {
            Doing::Fail(error) => Err(error.clone()),
            _ => Ok(Bytes::new()),
        }
    }
}

#[async_trait]
impl<M: Delivered> ActorHandle for Listener<M> {
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        assert_eq!(call.operation, M::OPERATION);
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        {
            let (now, most) = &mut *self.0.now_and_most.lock().unwrap();
            *now += 1;
            *most = (*most).max(*now);
        }
        let message = codec::decode(&call.payload).unwrap();
        self.0.sender.send(message).unwrap();
        self.0.gate.acquire().await.unwrap().forget();
        self.0.now_and_most.lock().unwrap().0 -= 1;
        self.end()
    }
}
