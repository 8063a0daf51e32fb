//! A blob that is being read.

use crate::root::unavailable;
use async_trait::async_trait;
use bytes::Bytes;
use capwire_blobstore_common::{Failure, Part, Reader};
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// An open file. A later blob of the same name is another file.
pub(crate) struct FileReader {
    pub(crate) file: Arc<File>,
    pub(crate) total: u64,
    pub(crate) at: u64,
}

#[async_trait]
impl Reader for FileReader {
    fn total(&self) -> u64 {
        self.total
    }

    async fn next(&mut self, most: usize) -> Result<Bytes, Failure> {
        let left = self.total.saturating_sub(self.at);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(most);
        let (file, at) = (Arc::clone(&self.file), self.at);
        let read = spawn_blocking(move || {
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, at).map(|()| bytes)
        });
        let what = "the blob cannot be read";
        let read = read
            .await
            .map_err(|error| Failure::unavailable(what, error))?;
        let bytes = read.map_err(|error| unavailable(what, error))?;
        self.at += length as u64;
        Ok(bytes.into())
    }
}

/// Reads at most `most` bytes of an open file of `total` bytes. Blocks.
pub(crate) fn part(file: &File, total: u64, from: u64, most: usize) -> io::Result<Part> {
    let left = usize::try_from(total.saturating_sub(from)).unwrap_or(usize::MAX);
    let mut bytes = vec![0; left.min(most)];
    file.read_exact_at(&mut bytes, from.min(total))?;
    Ok(Part {
        total,
        version: version(file)?,
        bytes: bytes.into(),
    })
}

/// Returns a text that changes when the file is replaced or written.
fn version(file: &File) -> io::Result<String> {
    let found = file.metadata()?;
    let (file, size) = (found.ino(), found.size());
    let (seconds, nanos) = (found.mtime(), found.mtime_nsec());
    Ok(format!("{file:x}-{seconds:x}.{nanos:x}-{size:x}"))
}
