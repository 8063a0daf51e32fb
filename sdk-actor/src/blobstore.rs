//! `wascc:blobstore`: containers of blobs.
//!
//! ```
//! use capwire_actor::prelude::*;
//! use capwire_actor::testing::FakeHost;
//!
//! /// The maximum size of a page in bytes.
//! const MOST: usize = 1 << 20;
//!
//! fn publish(page: &[u8]) -> Result<Option<Vec<u8>>> {
//!     let blobs = blobstore::default();
//!     blobs.create_container("pages")?;
//!     let before = blobs.get("pages", "index.html", MOST)?;
//!     blobs.put("pages", "index.html", page)?;
//!     Ok(before)
//! }
//!
//! FakeHost::new().run(|| {
//!     assert_eq!(publish(b"<h1>Hello</h1>").unwrap(), None);
//!     assert_eq!(publish(b"<h1>Hi</h1>").unwrap().unwrap(), b"<h1>Hello</h1>");
//! });
//! ```

mod range;
mod upload;

use crate::target::{CallError, Target, capability};
use capwire_contracts::blobstore::{self as contract, BlobList, Container, StreamRequest};
use capwire_contracts::codec;
use core::ops::Range;
use serde::Serialize;

pub use capwire_contracts::blobstore::{Blob, ErrorClass, FileChunk, OP_RECEIVE_CHUNK};
pub use range::Part;

/// Returns the blobs of the binding `default`.
#[must_use]
pub fn default() -> Blobstore {
    Blobstore(capability(contract::CONTRACT))
}

/// Returns the blobs of the binding `name`.
#[must_use]
pub fn named(name: &str) -> Blobstore {
    Blobstore(capability(contract::CONTRACT).named(name))
}

/// A client for blobs.
///
/// Blobs are in containers; the container with the empty name always exists. Each method returns a
/// [`CallError`] if the actor may not use the blobs, or the store refuses the operation. [`class`]
/// returns the class of such an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blobstore(Target);

/// The type describes the errors of all methods.
#[expect(clippy::missing_errors_doc, reason = "the type documents the errors")]
impl Blobstore {
    /// Creates a container. One that exists keeps its blobs.
    pub fn create_container(&self, container: &str) -> Result<(), CallError> {
        self.tell(contract::OP_CREATE_CONTAINER, &named_container(container))
    }

    /// Removes a container, which must have no blobs. One that does not exist is not an error.
    pub fn remove_container(&self, container: &str) -> Result<(), CallError> {
        self.tell(contract::OP_REMOVE_CONTAINER, &named_container(container))
    }

    /// Stores a blob, which replaces another one of its name. It appears complete or not at all, and is
    /// stored when the method returns. Its bytes are sent in chunks of 256 KiB.
    pub fn put(&self, container: &str, id: &str, content: &[u8]) -> Result<(), CallError> {
        upload::put(&self.0, container, id, content)
    }

    /// Returns the content of a blob, or `None` if there is no such blob. A blob of more than `most`
    /// bytes is an error of the class [`ErrorClass::Size`].
    ///
    /// ```
    /// use capwire_actor::blobstore::{self, ErrorClass};
    /// use capwire_actor::testing::FakeHost;
    ///
    /// FakeHost::new().run(|| {
    ///     let blobs = blobstore::default();
    ///     blobs.put("", "greeting", b"hello").unwrap();
    ///     assert_eq!(blobs.get("", "greeting", 5).unwrap().unwrap(), b"hello");
    ///     let error = blobs.get("", "greeting", 4).unwrap_err();
    ///     assert_eq!(blobstore::class(&error), Some(ErrorClass::Size));
    /// });
    /// ```
    pub fn get(
        &self,
        container: &str,
        id: &str,
        most: usize,
    ) -> Result<Option<Vec<u8>>, CallError> {
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let read = range::read(&self.0, container, id, 0..most, Some(most))?;
        Ok(read.map(|part| part.content))
    }

    /// Returns the bytes of a blob in a range, or `None` if there is no such blob. The range ends with
    /// the blob at the latest. All bytes are of one version of the blob, also if they need several
    /// messages.
    ///
    /// ```
    /// use capwire_actor::{blobstore, testing::FakeHost};
    ///
    /// FakeHost::new().run(|| {
    ///     let blobs = blobstore::default();
    ///     blobs.put("", "greeting", b"hello").unwrap();
    ///     let part = blobs.read("", "greeting", 1..3).unwrap().unwrap();
    ///     assert_eq!((&*part.content, part.total), (&b"el"[..], 5));
    /// });
    /// ```
    pub fn read(
        &self,
        container: &str,
        id: &str,
        range: Range<u64>,
    ) -> Result<Option<Part>, CallError> {
        range::read(&self.0, container, id, range, None)
    }

    /// Removes a blob. One that does not exist is not an error.
    pub fn remove(&self, container: &str, id: &str) -> Result<(), CallError> {
        self.tell(contract::OP_REMOVE_OBJECT, &blob(container, id))
    }

    /// Returns the description of a blob, or `None` if there is no such blob.
    pub fn info(&self, container: &str, id: &str) -> Result<Option<Blob>, CallError> {
        let asked = blob(container, id);
        let found: Blob = self.0.call(contract::OP_GET_OBJECT_INFO, &asked)?;
        Ok((!found.id.is_empty()).then_some(found))
    }

    /// Returns the blobs of a container in the order of their names, at most 10,000.
    pub fn list(&self, container: &str) -> Result<Vec<Blob>, CallError> {
        let asked = named_container(container);
        let BlobList { blobs } = self.0.call(contract::OP_LIST_OBJECTS, &asked)?;
        Ok(blobs)
    }

    /// Begins a download. The host calls the handler `chunk` for each of its chunks, one after the
    /// other, after this call of the actor. A chunk has at most `chunk_size` bytes, or as many as the
    /// provider chooses if that is 0. `context` comes back with each chunk.
    ///
    /// ```
    /// use capwire_actor::blobstore::FileChunk;
    /// use capwire_actor::prelude::*;
    /// use capwire_actor::testing::FakeHost;
    ///
    /// actor! {
    ///     op("Count") => begin,
    ///     chunk => count,
    /// }
    ///
    /// fn begin(id: String) -> Result<()> {
    ///     blobstore::default().start_download("logs", &id, 64 << 10, None)?;
    ///     Ok(())
    /// }
    ///
    /// fn count(chunk: FileChunk) -> Result<()> {
    ///     let lines = chunk.chunk_bytes.iter().filter(|byte| **byte == b'\n').count();
    ///     keyvalue::default().add(&format!("lines:{}", chunk.id), lines.try_into()?)?;
    ///     Ok(())
    /// }
    ///
    /// let host = FakeHost::new();
    /// host.run(|| {
    ///     let blobs = blobstore::default();
    ///     blobs.create_container("logs")?;
    ///     blobs.put("logs", "today", "one line\n".repeat(10_000).as_bytes())
    /// })?;
    /// let () = host.call(&ACTOR, "Count", "today")?;
    /// assert_eq!(host.deliver_chunks(&ACTOR)?, 2);
    /// let lines = host.run(|| keyvalue::default().get("lines:today"))?;
    /// assert_eq!(lines.as_deref(), Some("10000"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn start_download(
        &self,
        container: &str,
        id: &str,
        chunk_size: u64,
        context: Option<&str>,
    ) -> Result<(), CallError> {
        let request = StreamRequest {
            id: id.to_owned(),
            container: container.to_owned(),
            chunk_size,
            context: context.map(str::to_owned),
        };
        self.tell(contract::OP_START_DOWNLOAD, &request)
    }

    fn tell(&self, operation: &str, message: &impl Serialize) -> Result<(), CallError> {
        tell(&self.0, operation, message)
    }
}

/// Returns the class of the error of a blob store, or `None` if the error is another one.
///
/// ```
/// use capwire_actor::blobstore::{self, ErrorClass};
/// use capwire_actor::testing::FakeHost;
///
/// let list = || blobstore::default().list("images");
/// let error = FakeHost::new().run(list).unwrap_err();
/// assert_eq!(blobstore::class(&error), Some(ErrorClass::NoContainer));
/// ```
#[must_use]
pub fn class(error: &CallError) -> Option<ErrorClass> {
    match error {
        CallError::Refused { reason, .. } => ErrorClass::of(reason),
        _ => None,
    }
}

/// Makes a call whose answer has no meaning. Some providers of 2020 send an empty one.
fn tell(target: &Target, operation: &str, message: &impl Serialize) -> Result<(), CallError> {
    let payload = codec::encode(message)?;
    target.call_raw(operation, &payload).map(drop)
}

fn named_container(container: &str) -> Container {
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
