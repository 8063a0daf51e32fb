//! A blob that is being read.

use crate::client::Client;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use capwire_blobstore_common::{Failure, LONGEST_VERSION, Part, Reader};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore as _, ObjectStoreExt as _,
};
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

/// Reads at most `most` bytes of an object, in one request unless the object ends before `from`.
pub(crate) async fn part(s3: &AmazonS3, key: &Path, from: u64, most: usize) -> Result<Part, Error> {
    let end = from.saturating_add(most as u64);
    if end == from || from > i64::MAX as u64 {
        return Ok(without_bytes(&s3.head(key).await?));
    }
    let options = GetOptions {
        range: Some(GetRange::Bounded(from..end)),
        ..GetOptions::default()
    };
    match s3.get_opts(key, options).await {
        Ok(got) => bytes_of(got).await,
        // S3 refuses a range beyond the end, and does not tell the size.
        Err(error @ Error::Generic { .. }) => match s3.head(key).await? {
            meta if meta.size <= from => Ok(without_bytes(&meta)),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

async fn bytes_of(got: GetResult) -> Result<Part, Error> {
    let part = without_bytes(&got.meta);
    let length = got.range.end.saturating_sub(got.range.start);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut bytes = BytesMut::new();
    let mut stream = got.into_stream();
    while bytes.len() < length {
        let next = stream.next().await;
        let mut next = next.ok_or_else(too_short)??;
        next.truncate(length - bytes.len());
        bytes.extend_from_slice(&next);
    }
    let bytes = bytes.freeze();
    Ok(Part { bytes, ..part })
}

fn without_bytes(meta: &ObjectMeta) -> Part {
    let tag = meta.e_tag.as_deref().unwrap_or_default();
    let is_short = tag.len() <= LONGEST_VERSION;
    Part {
        total: meta.size,
        version: if is_short { tag } else { "" }.to_owned(),
        bytes: Bytes::new(),
    }
}

fn too_short() -> Error {
    Error::Generic {
        store: "S3",
        source: "the server sends too few bytes".into(),
    }
}
