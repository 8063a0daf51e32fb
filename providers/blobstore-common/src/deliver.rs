//! The delivery of one blob to its actor, in chunks.

use crate::store::Reader;
use capwire_contracts::blobstore::{FileChunk, OP_RECEIVE_CHUNK};
use capwire_provider::{ActorClient, ActorError, BindingId, TraceContext};
use serde::de::IgnoredAny;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// The time after which a chunk is offered again to an actor that is busy, at least.
const PAUSE: Duration = Duration::from_millis(5);
/// The same, at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// A blob on its way to an actor. Each chunk is read after the actor has handled the one before, so a
/// download has one chunk in memory, and is as fast as its actor.
pub(crate) struct Delivery {
    pub(crate) binding: BindingId,
    pub(crate) client: Arc<ActorClient>,
    pub(crate) trace: Option<TraceContext>,
    /// The chunks, without their content.
    pub(crate) chunk: FileChunk,
    pub(crate) size: usize,
    pub(crate) reader: Box<dyn Reader>,
}

impl Delivery {
    /// Delivers the chunks in their order. A blob without content has one, so that its actor learns of
    /// the end. The first chunk that the actor fails to handle ends the download.
    pub(crate) async fn run(mut self) {
        let mut left = self.chunk.total_bytes;
        loop {
            let read = self.reader.next(self.size).await;
            let bytes = match read {
                Ok(bytes) => bytes,
                Err(error) => return self.warn("the blob cannot be read", &error),
            };
            let length = bytes.len() as u64;
            self.chunk.chunk_bytes = Vec::from(bytes);
            if let Err(error) = self.offer().await {
                return self.warn("the actor does not take the chunk", &error);
            }
            left = left.saturating_sub(length);
            self.chunk.sequence_no += 1;
            if left == 0 {
                return;
            }
        }
    }

    async fn offer(&mut self) -> Result<(), ActorError> {
        loop {
            let trace = self.trace.as_ref();
            let called: Result<IgnoredAny, _> = self
                .client
                .call_traced(trace, OP_RECEIVE_CHUNK, &self.chunk)
                .await;
            match called {
                // The actor's answer has no meaning.
                Ok(_) | Err(ActorError::BadAnswer(_)) => return Ok(()),
                Err(ActorError::Busy { retry_after }) => {
                    sleep(retry_after.clamp(PAUSE, LONGEST_PAUSE)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn warn(&self, what: &str, error: &(dyn std::error::Error + 'static)) {
        let BindingId { actor, name } = &self.binding;
        let (container, id) = (&*self.chunk.container, &*self.chunk.id);
        let chunk = self.chunk.sequence_no;
        tracing::warn!(
            actor,
            binding = name,
            container,
            id,
            chunk,
            error,
            "a download ended early: {what}"
        );
    }
}
