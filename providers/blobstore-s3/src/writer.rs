//! A blob that is being written.

use crate::client::Client;
use crate::failure::failed;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use capwire_blobstore_common::{Condition, Failure, Name, Writer};
use capwire_provider::Call;
use object_store::multipart::{MultipartStore as _, PartId};
use object_store::path::Path;
use object_store::{Error, MultipartId, ObjectStore as _, PutMode, PutOptions, PutPayload};
use std::sync::Arc;
use tokio::runtime::Handle;

/// The size of each part of an upload except the last: the least of S3.
pub(crate) const PART: usize = 5 << 20;

const WHAT: &str = "the blob cannot be stored";

/// A blob of one part in memory, or an upload in parts, which is not visible before its end.
pub(crate) struct S3Writer {
    pub(crate) client: Arc<Client>,
    pub(crate) container: Name,
    pub(crate) id: Name,
    pub(crate) key: Path,
    pub(crate) condition: Condition,
    /// The bytes that are not sent yet.
    pub(crate) rest: BytesMut,
    pub(crate) parts: Option<Parts>,
}

/// An upload in parts. Dropping the value ends the upload on the server.
pub(crate) struct Parts {
    client: Arc<Client>,
    key: Path,
    id: MultipartId,
    sent: Vec<PartId>,
    is_complete: bool,
}

impl S3Writer {
    async fn send(&mut self, part: Bytes) -> Result<(), Failure> {
        if self.parts.is_none() {
            let client = Arc::clone(&self.client);
            let begun = client.s3.create_multipart(&self.key);
            let id = client.within("the upload cannot begin", begun).await?;
            self.parts = Some(Parts {
                client,
                key: self.key.clone(),
                id,
                sent: Vec::new(),
                is_complete: false,
            });
        }
        match &mut self.parts {
            Some(parts) => parts.send(part).await,
            None => Ok(()),
        }
    }

    /// Stores a blob of one part.
    async fn put(&mut self) -> Result<(), Failure> {
        let mode = match self.condition {
            Condition::Any => PutMode::Overwrite,
            Condition::Absent => PutMode::Create,
        };
        let payload = PutPayload::from(self.rest.split().freeze());
        let options = PutOptions::from(mode);
        let put = self.client.s3.put_opts(&self.key, payload, options);
        match self.client.answer(WHAT, put).await? {
            Ok(_) => Ok(()),
            Err(Error::AlreadyExists { .. }) => {
                Err(Failure::exists(self.container.as_str(), self.id.as_str()))
            }
            Err(error) => Err(failed(WHAT, error)),
        }
    }
}

impl Parts {
    async fn send(&mut self, part: Bytes) -> Result<(), Failure> {
        let Self {
            client, key, id, ..
        } = self;
        let payload = PutPayload::from(part);
        let sent = client.s3.put_part(key, id, self.sent.len(), payload);
        let sent = client.within("the chunk cannot be stored", sent).await?;
        self.sent.push(sent);
        Ok(())
    }

    async fn complete(mut self) -> Result<(), Failure> {
        let (client, parts) = (Arc::clone(&self.client), std::mem::take(&mut self.sent));
        let completed = client.s3.complete_multipart(&self.key, &self.id, parts);
        client.within(WHAT, completed).await?;
        self.is_complete = true;
        Ok(())
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.is_complete {
            return;
        }
        let client = Arc::clone(&self.client);
        let (key, id) = (self.key.clone(), self.id.clone());
        runtime.spawn(async move {
            let ended = client.s3.abort_multipart(&key, &id);
            if let Err(error) = client.within("the upload cannot end", ended).await {
                let key = key.as_ref();
                tracing::warn!(key, %error, "the server keeps the parts of an upload that has ended");
            }
        });
    }
}

#[async_trait]
impl Writer for S3Writer {
    async fn write(
        mut self: Box<Self>,
        _: &Call<'_>,
        bytes: Vec<u8>,
    ) -> Result<Box<dyn Writer>, Failure> {
        let mut bytes = &*bytes;
        while !bytes.is_empty() {
            let room = PART - self.rest.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.rest.extend_from_slice(now);
            bytes = later;
            if self.rest.len() == PART {
                let part = std::mem::take(&mut self.rest).freeze();
                self.send(part).await?;
            }
        }
        Ok(self)
    }

    async fn finish(mut self: Box<Self>, _: &Call<'_>) -> Result<(), Failure> {
        self.client.check_container(&self.container).await?;
        if self.parts.is_none() {
            return self.put().await;
        }
        if !self.rest.is_empty() {
            let part = std::mem::take(&mut self.rest).freeze();
            self.send(part).await?;
        }
        match self.parts.take() {
            Some(parts) => parts.complete().await,
            None => Ok(()),
        }
    }
}
