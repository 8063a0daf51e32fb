//! A blob that is being written.

use crate::folder::Folder;
use crate::root::{Root, Unfinished, unavailable};
use crate::usage::Room;
use async_trait::async_trait;
use capwire_blobstore_common::{Failure, Name, Writer};
use capwire_provider::{BlockingPool, Call, Work};
use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

/// The bytes that are written between two looks whether the caller is there.
const STEP: usize = 1 << 20;

/// A file in the folder of uploads. Dropping the value removes the file, and gives its room back.
pub(crate) struct FileWriter {
    pub(crate) root: Arc<Root>,
    pub(crate) threads: Arc<BlockingPool>,
    pub(crate) container: Name,
    pub(crate) folder: Folder,
    pub(crate) id: Name,
    pub(crate) must_be_absent: bool,
    pub(crate) file: File,
    pub(crate) unfinished: Unfinished,
    pub(crate) room: Room,
}

impl FileWriter {
    fn add(mut self: Box<Self>, bytes: &[u8], work: &Work) -> Result<Box<dyn Writer>, Failure> {
        for part in bytes.chunks(STEP) {
            work.check()?;
            let written = self.file.write_all(part);
            written.map_err(|error| unavailable("the chunk cannot be written", error))?;
        }
        Ok(self)
    }

    fn end(self, work: &Work) -> Result<(), Failure> {
        work.check()?;
        let synced = self.file.sync_all();
        synced.map_err(|error| unavailable("the blob cannot be written to the disk", error))?;
        let place = (&self.container, &self.folder);
        let before = self
            .root
            .finish(&self.unfinished, place, &self.id, self.must_be_absent)?;
        self.room.keep();
        if let Some(bytes) = before {
            self.root.usage.release(bytes);
        }
        Ok(())
    }
}

#[async_trait]
impl Writer for FileWriter {
    async fn write(
        self: Box<Self>,
        call: &Call<'_>,
        bytes: Vec<u8>,
    ) -> Result<Box<dyn Writer>, Failure> {
        let threads = Arc::clone(&self.threads);
        let run = threads.run(call, move |work| self.add(&bytes, work));
        run.await
    }

    async fn finish(self: Box<Self>, call: &Call<'_>) -> Result<(), Failure> {
        let threads = Arc::clone(&self.threads);
        threads.run(call, move |work| (*self).end(work)).await
    }
}
