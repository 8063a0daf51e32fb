//! An actor that records the chunks that it gets.

use bytes::Bytes;
use capwire_contracts::blobstore::{FileChunk, OP_RECEIVE_CHUNK};
use capwire_contracts::codec;
use capwire_provider::{ActorCall, ActorError, ActorHandle, async_trait};
use std::sync::Arc;
use std::sync::Mutex as Lock;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::time::timeout;

/// The longest time in which a chunk must arrive. It is far more than a slow machine needs.
const LONGEST: Duration = Duration::from_secs(60);

/// The end of a handler.
#[derive(Clone, Debug, Default)]
pub enum Doing {
    /// It succeeds.
    #[default]
    Succeed,
    /// It records the chunk and fails with this error.
    Fail(ActorError),
    /// It fails with these errors, one after the other, and then succeeds. Chunks that it refuses are
    /// not recorded.
    Refuse(Vec<ActorError>),
}

/// An actor that records the chunks that it gets. Clones are the same actor.
#[derive(Clone)]
pub struct Receiver(Arc<Inner>);

struct Inner {
    sender: mpsc::UnboundedSender<FileChunk>,
    receiver: Mutex<mpsc::UnboundedReceiver<FileChunk>>,
    doing: Lock<Doing>,
    /// A permit for each handler that may end.
    gate: Semaphore,
    most: usize,
}

impl Default for Receiver {
    fn default() -> Self {
        Self::with_messages(usize::MAX)
    }
}

impl Receiver {
    /// An actor that takes messages of at most so many bytes.
    #[must_use]
    pub fn with_messages(most: usize) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self(Arc::new(Inner {
            sender,
            receiver: Mutex::new(receiver),
            doing: Lock::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            most,
        }))
    }

    /// The next chunk that it gets.
    pub async fn next(&self) -> FileChunk {
        let mut receiver = self.0.receiver.lock().await;
        let next = timeout(LONGEST, receiver.recv()).await;
        next.expect("a chunk").unwrap()
    }

    /// The chunks that it has got and that nobody has asked for.
    pub async fn rest(&self) -> Vec<FileChunk> {
        let mut receiver = self.0.receiver.lock().await;
        let mut chunks = Vec::new();
        while let Ok(chunk) = receiver.try_recv() {
            chunks.push(chunk);
        }
        chunks
    }

    /// The content of the next blob, whose chunks must follow each other from 0.
    pub async fn blob(&self, container: &str, id: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in 0.. {
            let chunk = self.next().await;
            assert_eq!((&*chunk.container, &*chunk.id), (container, id));
            assert_eq!(chunk.sequence_no, number);
            assert!(chunk.chunk_bytes.len() as u64 <= chunk.chunk_size);
            bytes.extend(chunk.chunk_bytes);
            if bytes.len() as u64 >= chunk.total_bytes {
                assert_eq!(bytes.len() as u64, chunk.total_bytes);
                break;
            }
        }
        bytes
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
impl ActorHandle for Receiver {
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        assert_eq!(call.operation, OP_RECEIVE_CHUNK);
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        assert!(call.payload.len() <= self.0.most);
        let chunk = codec::decode(&call.payload).unwrap();
        self.0.sender.send(chunk).unwrap();
        self.0.gate.acquire().await.unwrap().forget();
        self.end()
    }

    fn max_message(&self) -> usize {
        self.0.most
    }
}
