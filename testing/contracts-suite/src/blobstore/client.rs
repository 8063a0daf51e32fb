//! The operations as an actor would use them.

use super::Receiver;
use capwire_contracts::blobstore::{
    Blob, BlobList, Container, ErrorClass, FileChunk, OP_CREATE_CONTAINER, OP_GET_OBJECT_INFO,
    OP_LIST_OBJECTS, OP_READ_RANGE, OP_REMOVE_CONTAINER, OP_REMOVE_OBJECT, OP_START_DOWNLOAD,
    OP_START_UPLOAD, OP_UPLOAD_CHUNK, ReadRequest, ReadResponse, StreamRequest,
};
use capwire_contracts::codec;
use capwire_provider::{BindingId, Call, Provider, ProviderError};
use serde::Serialize;

type Result<T> = std::result::Result<T, ProviderError>;

/// The size of the chunks of [`Client::put`].
const CHUNK: usize = 1_000;

/// One bound actor. Every method is the operation of its name; all fail as the provider does.
#[derive(Clone)]
pub struct Client<'p> {
    provider: &'p dyn Provider,
    id: BindingId,
    /// The handlers of the actor.
    pub receiver: Receiver,
}

#[expect(missing_docs, clippy::missing_errors_doc, reason = "said at the type")]
impl<'p> Client<'p> {
    pub fn new(provider: &'p dyn Provider, id: BindingId, receiver: Receiver) -> Self {
        Self {
            provider,
            id,
            receiver,
        }
    }

    /// Sends bytes as they are.
    pub async fn raw(&self, operation: &str, payload: &[u8]) -> Result<bytes::Bytes> {
        let call = Call::new(&self.id, operation, payload);
        self.provider.call(call).await
    }

    async fn send(&self, operation: &str, message: &impl Serialize) -> Result<bytes::Bytes> {
        let payload = codec::encode(message).unwrap();
        self.raw(operation, &payload).await
    }

    pub async fn create(&self, container: &str) -> Result<Container> {
        let answer = self.send(OP_CREATE_CONTAINER, &named(container)).await?;
        Ok(codec::decode(&answer).unwrap())
    }

    pub async fn remove_container(&self, container: &str) -> Result<()> {
        let answer = self.send(OP_REMOVE_CONTAINER, &named(container)).await;
        answer.map(drop)
    }

    pub async fn remove(&self, container: &str, id: &str) -> Result<()> {
        let answer = self.send(OP_REMOVE_OBJECT, &blob(container, id)).await;
        answer.map(drop)
    }

    /// The names and sizes of the blobs.
    pub async fn list(&self, container: &str) -> Result<Vec<(String, u64)>> {
        let answer = self.send(OP_LIST_OBJECTS, &named(container)).await?;
        let list: BlobList = codec::decode(&answer).unwrap();
        assert!(list.blobs.iter().all(|blob| blob.container == container));
        let blobs = list.blobs.into_iter();
        Ok(blobs.map(|blob| (blob.id, blob.byte_size)).collect())
    }

    /// The names of the blobs.
    pub async fn ids(&self, container: &str) -> Vec<String> {
        let list = self.list(container).await.unwrap();
        list.into_iter().map(|(id, _)| id).collect()
    }

    pub async fn info(&self, container: &str, id: &str) -> Result<Blob> {
        let answer = self.send(OP_GET_OBJECT_INFO, &blob(container, id)).await?;
        Ok(codec::decode(&answer).unwrap())
    }

    pub async fn start(&self, container: &str, id: &str, total: usize) -> Result<()> {
        self.start_chunk(&chunk(container, id, total, 0, &[])).await
    }

    pub async fn start_chunk(&self, chunk: &FileChunk) -> Result<()> {
        self.send(OP_START_UPLOAD, chunk).await.map(drop)
    }

    /// Sends the chunk `number` of a blob of `total` bytes.
    pub async fn chunk(
        &self,
        (container, id, total): (&str, &str, usize),
        number: u64,
        bytes: &[u8],
    ) -> Result<()> {
        let chunk = chunk(container, id, total, number, bytes);
        self.upload_chunk(&chunk).await
    }

    pub async fn upload_chunk(&self, chunk: &FileChunk) -> Result<()> {
        self.send(OP_UPLOAD_CHUNK, chunk).await.map(drop)
    }

    /// Uploads a whole blob.
    pub async fn put(&self, container: &str, id: &str, bytes: &[u8]) -> Result<()> {
        self.start(container, id, bytes.len()).await?;
        for (part, number) in bytes.chunks(CHUNK).zip(0..) {
            let blob = (container, id, bytes.len());
            self.chunk(blob, number, part).await?;
        }
        Ok(())
    }

    pub async fn download(&self, container: &str, id: &str, size: u64) -> Result<()> {
        let request = StreamRequest {
            id: id.to_owned(),
            container: container.to_owned(),
            chunk_size: size,
            context: None,
        };
        self.start_download(&request).await
    }

    pub async fn start_download(&self, request: &StreamRequest) -> Result<()> {
        self.send(OP_START_DOWNLOAD, request).await.map(drop)
    }

    pub async fn read(
        &self,
        container: &str,
        id: &str,
        offset: u64,
        length: u64,
    ) -> Result<ReadResponse> {
        let request = ReadRequest {
            id: id.to_owned(),
            container: container.to_owned(),
            offset,
            length,
        };
        let answer = self.send(OP_READ_RANGE, &request).await?;
        Ok(codec::decode(&answer).unwrap())
    }

    /// Downloads a whole blob. No other download of the actor may run.
    pub async fn get(&self, container: &str, id: &str) -> Result<Vec<u8>> {
        self.download(container, id, CHUNK as u64).await?;
        Ok(self.receiver.blob(container, id).await)
    }
}

fn named(container: &str) -> Container {
    let id = container.to_owned();
    Container { id }
}

fn blob(container: &str, id: &str) -> Blob {
    Blob {
        id: id.to_owned(),
        container: container.to_owned(),
        byte_size: 0,
    }
}

pub(super) fn chunk(
    container: &str,
    id: &str,
    total: usize,
    number: u64,
    bytes: &[u8],
) -> FileChunk {
    FileChunk {
        sequence_no: number,
        container: container.to_owned(),
        id: id.to_owned(),
        total_bytes: total as u64,
        chunk_size: CHUNK as u64,
        context: None,
        chunk_bytes: bytes.to_vec(),
    }
}

/// Bytes that differ with their place and with `seed`.
#[must_use]
pub fn content(length: usize, seed: usize) -> Vec<u8> {
    let byte = |at: usize| (at.wrapping_mul(31) ^ (at >> 8) ^ seed).to_le_bytes()[0];
    (0..length).map(byte).collect()
}

/// The class of the error with which an operation failed.
///
/// # Panics
/// Panics if it did not fail, or with another error.
#[track_caller]
pub fn class<T: std::fmt::Debug>(result: Result<T>) -> ErrorClass {
    let text = result.unwrap_err().to_string();
    ErrorClass::of(&text).unwrap_or_else(|| panic!("{text}"))
}
