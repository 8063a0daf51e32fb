//! The interface of a store, which a provider implements for each binding.

use crate::failure::Failure;
use crate::name::Name;
use async_trait::async_trait;
use bytes::Bytes;
use capwire_provider::Call;

/// A store of blobs in containers, as one binding sees it.
///
/// The container with the empty name always exists. A blob appears complete or not at all.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Creates a container. One that exists is not an error.
    async fn create_container(&self, call: &Call<'_>, container: &Name) -> Result<(), Failure>;

    /// Removes a container without blobs. One that does not exist is not an error.
    async fn remove_container(&self, call: &Call<'_>, container: &Name) -> Result<(), Failure>;

    /// Removes a blob. One that does not exist is not an error.
    async fn remove(&self, call: &Call<'_>, container: &Name, id: &Name) -> Result<(), Failure>;

    /// Returns the size of a blob in bytes, or `None` if it does not exist.
    async fn size_of(
        &self,
        call: &Call<'_>,
        container: &Name,
        id: &Name,
    ) -> Result<Option<u64>, Failure>;

    /// Returns the blobs of a page in the order of their names.
    async fn list(
        &self,
        call: &Call<'_>,
        container: &Name,
        page: Page,
    ) -> Result<Vec<Entry>, Failure>;

    /// Begins to write a blob of `total` bytes. It appears when the writer finishes.
    async fn write(
        &self,
        call: &Call<'_>,
        container: &Name,
        id: &Name,
        total: u64,
        condition: Condition,
    ) -> Result<Box<dyn Writer>, Failure>;

    /// Begins to read a blob at the byte `from`, or returns `None` if the blob does not exist.
    async fn read(
        &self,
        call: &Call<'_>,
        container: &Name,
        id: &Name,
        from: u64,
    ) -> Result<Option<Box<dyn Reader>>, Failure>;

    /// Reads at most `most` bytes of a blob from the byte `from` on, or returns `None` if the blob
    /// does not exist. The bytes end early only at the end of the blob.
    async fn read_part(
        &self,
        call: &Call<'_>,
        container: &Name,
        id: &Name,
        from: u64,
        most: usize,
    ) -> Result<Option<Part>, Failure>;
}

/// A part of one version of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The size of the whole blob in bytes.
    pub total: u64,
    /// A text of at most [`LONGEST_VERSION`] bytes, which changes when the blob is replaced. It is
    /// empty if the store has none.
    pub version: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// The longest version of a blob in bytes.
pub const LONGEST_VERSION: usize = 128;

/// A blob that is being written. Dropping the value leaves nothing behind.
#[async_trait]
pub trait Writer: Send + Sync {
    /// Adds bytes, and returns the writer for further ones.
    async fn write(
        self: Box<Self>,
        call: &Call<'_>,
        bytes: Vec<u8>,
    ) -> Result<Box<dyn Writer>, Failure>;

    /// Makes the blob visible. It is durable when this returns.
    async fn finish(self: Box<Self>, call: &Call<'_>) -> Result<(), Failure>;
}

/// A blob that is being read. It does not change meanwhile.
#[async_trait]
pub trait Reader: Send {
    /// Returns the size of the whole blob in bytes.
    fn total(&self) -> u64;

    /// Returns the next bytes, at most `most`, and fewer only at the end of the blob.
    async fn next(&mut self, most: usize) -> Result<Bytes, Failure>;
}

/// The condition on which a blob is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// The blob replaces another one of its name.
    #[default]
    Any,
    /// There must be no blob of this name.
    Absent,
}

/// A part of the list of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The beginning of the names of all blobs on the page.
    pub prefix: String,
    /// All names on the page are greater than this.
    pub after: String,
    /// The maximum number of blobs.
    pub most: usize,
}

impl Page {
    /// Returns true if a blob of this name may be on the page.
    ///
    /// ```
    /// # use capwire_blobstore_common::Page;
    /// let page = Page { prefix: "a/".into(), after: "a/1".into(), most: 10 };
    /// assert!(page.has("a/2") && !page.has("a/1") && !page.has("b"));
    /// ```
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        name.starts_with(&self.prefix) && (self.after.is_empty() || *name > *self.after)
    }
}

/// A blob in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The name.
    pub id: Name,
    /// The size in bytes.
    pub bytes: u64,
}
