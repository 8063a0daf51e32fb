//! A blob that is being read.

use crate::client::Client;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use capwire_blobstore_common::{Failure, Reader};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::Error;
use std::sync::Arc;

const WHAT: &str = "the blob cannot be read";

/// The answer to one request, from which bytes are taken as they are needed. It shows one version of
/// the blob.
pub(crate) struct S3Reader {
    pub(crate) client: Arc<Client>,
    pub(crate) stream: BoxStream<'static, Result<Bytes, Error>>,
    pub(crate) total: u64,
    /// The bytes that are still to come, with those in `rest`.
    pub(crate) left: u64,
    /// The bytes of the stream that nobody has asked for yet.
    pub(crate) rest: Bytes,
}

#[async_trait]
impl Reader for S3Reader {
    fn total(&self) -> u64 {
        self.total
    }

    async fn next(&mut self, most: usize) -> Result<Bytes, Failure> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(most);
        let client = Arc::clone(&self.client);
        let bytes = client.answer(WHAT, self.take(wanted)).await??;
        self.left -= bytes.len() as u64;
        Ok(bytes)
    }
}

impl S3Reader {
    async fn take(&mut self, wanted: usize) -> Result<Bytes, Failure> {
        if self.rest.len() >= wanted {
            return Ok(self.rest.split_to(wanted));
        }
        let mut bytes = BytesMut::with_capacity(wanted);
        loop {
            let part = self.rest.len().min(wanted - bytes.len());
            bytes.extend_from_slice(&self.rest.split_to(part));
            if bytes.len() == wanted {
                return Ok(bytes.freeze());
            }
            self.rest = match self.stream.next().await {
                Some(Ok(bytes)) => bytes,
                Some(Err(error)) => return Err(crate::failure::failed(WHAT, error)),
                None => {
                    let text = format!("{WHAT}: the server sends too few bytes");
                    return Err(Failure::unavailable(text, "the answer is too short"));
                }
            };
        }
    }
}
