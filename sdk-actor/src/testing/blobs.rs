//! The blobs of a fake host, in memory.

use super::FakeHost;
use crate::dispatch::{Actor, typed};
use crate::error::{Error, Result};
use capwire_contracts::blobstore::{
    self as contract, Blob, BlobList, Container, ErrorClass, FileChunk, ReadRequest, ReadResponse,
    StreamRequest,
};
use capwire_contracts::codec;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// The size of chunks and ranges in bytes: the usual one, and the maximum.
const CHUNKS: (u64, u64) = (512 << 10, 1 << 20);

/// The longest name in bytes.
const LONGEST_NAME: usize = 240;

/// The containers, which all bindings share, and the transfers.
#[derive(Default)]
pub(super) struct Blobs {
    containers: BTreeMap<String, BTreeMap<String, Stored>>,
    uploads: BTreeMap<Key, Upload>,
    downloads: VecDeque<Download>,
    versions: u64,
}

#[derive(Clone)]
struct Stored {
    content: Rc<[u8]>,
    version: u64,
}

/// The identity of an upload: its binding, container, blob and context.
type Key = (String, String, String, Option<String>);

struct Upload {
    content: Vec<u8>,
    total: u64,
    next: u64,
}

/// A download of the blob as it was when the download began.
struct Download {
    content: Rc<[u8]>,
    at: usize,
    chunk: FileChunk,
}

impl Blobs {
    /// Serves one call. An error is the text that the actor gets.
    pub(super) fn call(
        &mut self,
        binding: &str,
        operation: &str,
        payload: &[u8],
    ) -> Result<Vec<u8>, String> {
        let answer = match operation {
            contract::OP_CREATE_CONTAINER => typed(payload, |it| self.create(it)),
            contract::OP_REMOVE_CONTAINER => typed(payload, |it| self.remove_container(&it)),
            contract::OP_REMOVE_OBJECT => typed(payload, |it: Blob| {
                check(&it.container, &it.id)?;
                self.container(&it.container)?.remove(&it.id);
                Ok(())
            }),
            contract::OP_LIST_OBJECTS => typed(payload, |it| self.list(&it)),
            contract::OP_GET_OBJECT_INFO => typed(payload, |it| self.info(it)),
            contract::OP_START_UPLOAD => typed(payload, |it| self.start(binding, it)),
            contract::OP_UPLOAD_CHUNK => typed(payload, |it| self.chunk(binding, it)),
            contract::OP_START_DOWNLOAD => typed(payload, |it| self.download(it)),
            contract::OP_READ_RANGE => typed(payload, |it| self.read(&it)),
            other => Err(Error::msg(format!("unknown operation `{other}`"))),
        };
        answer.map_err(|error| error.to_string())
    }

    fn container(&mut self, name: &str) -> Result<&mut BTreeMap<String, Stored>> {
        if name.is_empty() {
            return Ok(self.containers.entry(String::new()).or_default());
        }
        let text = || format!("there is no container `{name}`: create it with `CreateContainer`");
        let found = self.containers.get_mut(name);
        found.ok_or_else(|| error(ErrorClass::NoContainer, &text()))
    }

    fn stored(&mut self, container: &str, id: &str) -> Result<Option<Stored>> {
        check(container, id)?;
        Ok(self.container(container)?.get(id).cloned())
    }

    fn create(&mut self, container: Container) -> Result<Container> {
        check_container(&container.id)?;
        self.containers.entry(container.id.clone()).or_default();
        Ok(container)
    }

    fn remove_container(&mut self, container: &Container) -> Result<()> {
        let name = &container.id;
        check_container(name)?;
        if name.is_empty() {
            let text = "the container without a name always exists";
            return Err(error(ErrorClass::Name, text));
        }
        if self.containers.get(name).is_some_and(|it| !it.is_empty()) {
            let text = format!("the container `{name}` has blobs: remove them first");
            return Err(error(ErrorClass::NotEmpty, &text));
        }
        self.containers.remove(name);
        Ok(())
    }

    fn list(&mut self, container: &Container) -> Result<BlobList> {
        check_container(&container.id)?;
        let stored = self.container(&container.id)?.iter();
        let blobs = stored.map(|(id, stored)| Blob {
            id: id.clone(),
            container: container.id.clone(),
            byte_size: size(&stored.content),
        });
        let blobs = blobs.collect();
        Ok(BlobList { blobs })
    }

    fn info(&mut self, asked: Blob) -> Result<Blob> {
        let stored = self.stored(&asked.container, &asked.id)?;
        let found = stored.map(|stored| Blob {
            byte_size: size(&stored.content),
            ..asked
        });
        Ok(found.unwrap_or_default())
    }

    fn read(&mut self, request: &ReadRequest) -> Result<ReadResponse> {
        let stored = self.stored(&request.container, &request.id)?;
        let answer = stored.map(|stored| {
            let total = size(&stored.content);
            let start = request.offset.min(total);
            let end = start
                .saturating_add(request.length.min(CHUNKS.1))
                .min(total);
            let range = index(start)..index(end);
            ReadResponse {
                exists: true,
                total_bytes: total,
                version: stored.version.to_string(),
                content: stored.content.get(range).unwrap_or_default().to_vec(),
            }
        });
        Ok(answer.unwrap_or_default())
    }

    fn start(&mut self, binding: &str, chunk: FileChunk) -> Result<()> {
        check(&chunk.container, &chunk.id)?;
        self.container(&chunk.container)?;
        let upload = Upload {
            content: Vec::new(),
            total: chunk.total_bytes,
            next: 0,
        };
        let is_whole = upload.total == 0;
        let key = key(binding, chunk);
        match is_whole {
            true => self.store(key, upload),
            false => {
                self.uploads.insert(key, upload);
                Ok(())
            }
        }
    }

    fn chunk(&mut self, binding: &str, chunk: FileChunk) -> Result<()> {
        check(&chunk.container, &chunk.id)?;
        let (number, total) = (chunk.sequence_no, chunk.total_bytes);
        let bytes = chunk.chunk_bytes.clone();
        let key = key(binding, chunk);
        let Some(upload) = self.uploads.get_mut(&key) else {
            let text = format!(
                "there is no upload of `{}`: begin with `StartUpload`",
                key.2
            );
            return Err(error(ErrorClass::NoUpload, &text));
        };
        let left = upload.total - size(&upload.content);
        if number != upload.next || total != upload.total || bytes.is_empty() || size(&bytes) > left
        {
            let text = format!(
                "chunk {} of {} bytes is expected, of which {left} are left; this is chunk {number} of {total} with {}",
                upload.next,
                upload.total,
                bytes.len()
            );
            return Err(error(ErrorClass::Chunk, &text));
        }
        upload.next += 1;
        let is_whole = size(&bytes) == left;
        upload.content.extend(bytes);
        match is_whole.then(|| self.uploads.remove(&key)).flatten() {
            Some(upload) => self.store(key, upload),
            None => Ok(()),
        }
    }

    fn store(&mut self, (_, container, id, _): Key, upload: Upload) -> Result<()> {
        self.versions += 1;
        let stored = Stored {
            content: upload.content.into(),
            version: self.versions,
        };
        self.container(&container)?.insert(id, stored);
        Ok(())
    }

    fn download(&mut self, request: StreamRequest) -> Result<()> {
        let Some(stored) = self.stored(&request.container, &request.id)? else {
            let (container, id) = (&request.container, &request.id);
            let text = format!("the container `{container}` has no blob `{id}`");
            return Err(error(ErrorClass::NotFound, &text));
        };
        let chunk_size = match request.chunk_size {
            0 => CHUNKS.0,
            asked => asked.min(CHUNKS.1),
        };
        let chunk = FileChunk {
            sequence_no: 0,
            container: request.container,
            id: request.id,
            total_bytes: size(&stored.content),
            chunk_size,
            context: request.context,
            chunk_bytes: Vec::new(),
        };
        self.downloads.push_back(Download {
            content: stored.content,
            at: 0,
            chunk,
        });
        Ok(())
    }

    /// Returns the next chunk of the oldest download.
    fn next(&mut self) -> Option<FileChunk> {
        let download = self.downloads.front_mut()?;
        let rest = download.content.get(download.at..).unwrap_or_default();
        let length = rest.len().min(index(download.chunk.chunk_size));
        let mut chunk = download.chunk.clone();
        chunk.chunk_bytes.extend(rest.iter().take(length));
        download.chunk.sequence_no += 1;
        download.at += length;
        if length == rest.len() {
            self.downloads.pop_front();
        }
        Some(chunk)
    }
}

impl FakeHost {
    /// Calls the handler `chunk` of `actor` for each chunk of the downloads that have begun, one
    /// download after the other. Returns the number of calls.
    ///
    /// # Errors
    /// Returns the first error of the handler. It ends its download, as on a host; the others come
    /// with the next call of this method.
    pub fn deliver_chunks(&self, actor: &Actor) -> Result<usize> {
        let mut calls = 0;
        loop {
            let (chunk, waiting) = {
                let mut blobs = self.0.blobs.borrow_mut();
                let before = blobs.downloads.len();
                let Some(chunk) = blobs.next() else {
                    return Ok(calls);
                };
                (chunk, before == blobs.downloads.len())
            };
            calls += 1;
            let payload = codec::encode(&chunk)?;
            if let Err(error) = self.call_raw(actor, contract::OP_RECEIVE_CHUNK, payload) {
                if waiting {
                    self.0.blobs.borrow_mut().downloads.pop_front();
                }
                return Err(error);
            }
        }
    }
}

fn key(binding: &str, chunk: FileChunk) -> Key {
    let binding = binding.to_owned();
    (binding, chunk.container, chunk.id, chunk.context)
}

fn check(container: &str, id: &str) -> Result<()> {
    check_container(container)?;
    check_name(id)
}

fn check_container(name: &str) -> Result<()> {
    match name {
        "" => Ok(()),
        _ if name.contains('/') => Err(wrong_name(name)),
        _ => check_name(name),
    }
}

/// Refuses the names that actors are most likely to make. Providers refuse more.
fn check_name(name: &str) -> Result<()> {
    let is_wrong =
        |part: &str| part.is_empty() || part.starts_with([' ', '~']) || part.ends_with([' ', '.']);
    let is_allowed = name.len() <= LONGEST_NAME
        && !name.contains(|c: char| c.is_control() || c == '\\')
        && !name.split('/').any(is_wrong);
    match is_allowed {
        true => Ok(()),
        false => Err(wrong_name(name)),
    }
}

fn wrong_name(name: &str) -> Error {
    error(
        ErrorClass::Name,
        &format!("the name `{name}` is not allowed"),
    )
}

fn error(class: ErrorClass, text: &str) -> Error {
    Error::msg(format!("{class}: {text}"))
}

fn size(content: &[u8]) -> u64 {
    u64::try_from(content.len()).unwrap_or(u64::MAX)
}

fn index(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
