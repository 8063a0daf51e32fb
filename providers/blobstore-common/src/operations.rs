//! The operations of one binding.

use crate::deliver::Delivery;
use crate::downloads::Downloads;
use crate::failure::Failure;
use crate::name::Name;
use crate::settings::Limits;
use crate::store::{LONGEST_VERSION, Page, Store};
use crate::uploads::{Uploads, context};
use bytes::Bytes;
use capwire_contracts::blobstore::{
    Blob, BlobList, Container, ErrorClass, FileChunk, OP_CREATE_CONTAINER, OP_GET_OBJECT_INFO,
    OP_LIST_OBJECTS, OP_READ_RANGE, OP_REMOVE_CONTAINER, OP_REMOVE_OBJECT, OP_START_DOWNLOAD,
    OP_START_UPLOAD, OP_UPLOAD_CHUNK, ReadRequest, ReadResponse, StreamRequest,
};
use capwire_provider::{ActorClient, Binding, Call, ProviderError};
use std::sync::Arc;

/// The most blobs in one list.
const LONGEST_LIST: usize = 10_000;

/// The size of chunks if the actor leaves it to the provider.
const USUAL_CHUNK: u64 = 512 << 10;

/// The bytes of the encoding of a chunk besides its names, its context and its content, at most.
const ENCODING: usize = 256;

/// A binding with its store and its transfers.
pub(crate) struct Member<S> {
    store: S,
    limits: Limits,
    actor: Arc<ActorClient>,
    uploads: Arc<Uploads>,
    downloads: Downloads,
}

impl<S: Store> Member<S> {
    pub(crate) fn new(binding: Binding, store: S, limits: Limits) -> Self {
        Self {
            store,
            limits,
            actor: Arc::new(ActorClient::new(binding.actor)),
            uploads: Uploads::new(limits),
            downloads: Downloads::new(limits),
        }
    }

    /// Ends the uploads, and finishes the downloads within a while.
    pub(crate) async fn end(&self) {
        self.uploads.clear();
        self.downloads.drain().await;
    }

    pub(crate) async fn call(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            OP_CREATE_CONTAINER => self.create_container(call).await,
            OP_REMOVE_CONTAINER => self.remove_container(call).await,
            OP_REMOVE_OBJECT => self.remove_object(call).await,
            OP_LIST_OBJECTS => self.list_objects(call).await,
            OP_GET_OBJECT_INFO => self.object_info(call).await,
            OP_START_UPLOAD => {
                let chunk: FileChunk = call.message()?;
                self.limits.check_write()?;
                self.uploads.start(call, &self.store, chunk).await?;
                call.reply(&())
            }
            OP_UPLOAD_CHUNK => {
                let chunk: FileChunk = call.message()?;
                self.limits.check_write()?;
                self.uploads.chunk(call, chunk).await?;
                call.reply(&())
            }
            OP_START_DOWNLOAD => {
                let request: StreamRequest = call.message()?;
                self.download(call, request).await?;
                call.reply(&())
            }
            OP_READ_RANGE => self.read_range(call).await,
            _ => Err(call.unknown_operation()),
        }
    }

    async fn create_container(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let container: Container = call.message()?;
        let name = Name::container(&container.id)?;
        self.limits.check_write()?;
        if !name.is_empty() {
            self.store.create_container(call, &name).await?;
        }
        call.reply(&container)
    }

    async fn remove_container(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let container: Container = call.message()?;
        let name = Name::container(&container.id)?;
        self.limits.check_write()?;
        if name.is_empty() {
            let text = "the container without a name always exists";
            return Err(Failure::new(ErrorClass::Name, text).into());
        }
        self.store.remove_container(call, &name).await?;
        call.reply(&())
    }

    async fn remove_object(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let blob: Blob = call.message()?;
        let (container, id) = names(&blob.container, &blob.id)?;
        self.limits.check_write()?;
        self.store.remove(call, &container, &id).await?;
        call.reply(&())
    }

    async fn list_objects(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let container: Container = call.message()?;
        let name = Name::container(&container.id)?;
        let page = Page {
            most: LONGEST_LIST + 1,
            ..Page::default()
        };
        let entries = self.store.list(call, &name, page).await?;
        if entries.len() > LONGEST_LIST {
            let text = format!("the container has more than {LONGEST_LIST} blobs");
            return Err(Failure::new(ErrorClass::Size, text).into());
        }
        let blobs = entries.into_iter().map(|entry| Blob {
            id: entry.id.as_str().to_owned(),
            container: container.id.clone(),
            byte_size: entry.bytes,
        });
        call.reply(&BlobList {
            blobs: blobs.collect(),
        })
    }

    /// Answers with an empty description if there is no such blob.
    async fn object_info(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let asked: Blob = call.message()?;
        let (container, id) = names(&asked.container, &asked.id)?;
        let size = self.store.size_of(call, &container, &id).await?;
        let blob = size.map(|byte_size| Blob { byte_size, ..asked });
        call.reply(&blob.unwrap_or_default())
    }

    async fn download(&self, call: &Call<'_>, request: StreamRequest) -> Result<(), Failure> {
        let (container, id) = names(&request.container, &request.id)?;
        let context = context(request.context.as_deref())?;
        let size = self.chunk_size(&request)?;
        let place = self.downloads.place()?;
        let reader = self.store.read(call, &container, &id, 0).await?;
        let reader = reader.ok_or_else(|| Failure::not_found(&request.container, &request.id))?;
        let chunk = FileChunk {
            sequence_no: 0,
            container: request.container,
            id: request.id,
            total_bytes: reader.total(),
            chunk_size: size as u64,
            context,
            chunk_bytes: Vec::new(),
        };
        let delivery = Delivery {
            binding: call.binding.clone(),
            client: Arc::clone(&self.actor),
            trace: call.trace.cloned(),
            chunk,
            size,
            reader,
        };
        self.downloads.start(place, delivery);
        Ok(())
    }

    /// Answers with an empty part if there is no such blob.
    async fn read_range(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let request: ReadRequest = call.message()?;
        let (container, id) = names(&request.container, &request.id)?;
        let most = self.within_limits(request.length, LONGEST_VERSION)?;
        let from = request.offset;
        let read = self.store.read_part(call, &container, &id, from, most);
        let answer = read.await?.map(|part| ReadResponse {
            exists: true,
            total_bytes: part.total,
            version: part.version,
            content: part.bytes.into(),
        });
        call.reply(&answer.unwrap_or_default())
    }

    /// Returns the size of the chunks of a download.
    fn chunk_size(&self, request: &StreamRequest) -> Result<usize, Failure> {
        let texts = request.container.len() + request.id.len();
        let texts = texts + request.context.as_ref().map_or(0, String::len);
        let asked = match request.chunk_size {
            0 => USUAL_CHUNK,
            asked => asked,
        };
        self.within_limits(asked, texts)
    }

    /// Returns the number of bytes that the actor asks for, within the limits of the binding and of the
    /// actor, which gets them in one message with so many bytes of texts. An old actor gets each byte in
    /// up to two.
    fn within_limits(&self, asked: u64, texts: usize) -> Result<usize, Failure> {
        let room = self.actor.max_message().saturating_sub(texts + ENCODING) / 2;
        if room == 0 {
            let text = "the actor takes no message that is long enough for a chunk";
            return Err(Failure::new(ErrorClass::Size, text));
        }
        let asked = usize::try_from(asked).unwrap_or(usize::MAX);
        Ok(asked.min(self.limits.max_chunk).min(room))
    }
}

fn names(container: &str, id: &str) -> Result<(Name, Name), Failure> {
    Ok((Name::container(container)?, Name::blob(id)?))
}
