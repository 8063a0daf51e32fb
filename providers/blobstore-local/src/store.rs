//! The operations of a store in a folder.

use crate::folder::Folder;
use crate::reader::{FileReader, part};
use crate::root::{Root, unavailable};
use crate::usage::Quota;
use crate::writer::FileWriter;
use async_trait::async_trait;
use capwire_blobstore_common::{
    Condition, Entry, Failure, Name, Page, Part, Reader, Store, Writer,
};
use capwire_provider::{BlockingPool, Call, Work};
use std::collections::BinaryHeap;
use std::sync::Arc;

/// A store in a folder, as one binding sees it.
pub(crate) struct LocalStore {
    pub(crate) root: Arc<Root>,
    pub(crate) threads: Arc<BlockingPool>,
    pub(crate) quota: Quota,
}

impl LocalStore {
    /// Runs blocking work on the folder.
    async fn run<R: Send + 'static>(
        &self,
        call: &Call<'_>,
        work: impl FnOnce(&Root, &Work) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, Failure> {
        let root = Arc::clone(&self.root);
        self.threads.run(call, move |it| work(&root, it)).await
    }
}

#[async_trait]
impl Store for LocalStore {
    async fn create_container(&self, call: &Call<'_>, container: &Name) -> Result<(), Failure> {
        let (container, quota) = (container.clone(), self.quota);
        let run = self.run(call, move |root, _| {
            if root.container(&container).is_ok() {
                return Ok(());
            }
            let room = root.usage.reserve(0, quota)?;
            if root.create_container(&container)? {
                room.keep();
            }
            Ok(())
        });
        run.await
    }

    async fn remove_container(&self, call: &Call<'_>, container: &Name) -> Result<(), Failure> {
        let container = container.clone();
        let run = self.run(call, move |root, _| root.remove_container(&container));
        run.await
    }

    async fn remove(&self, call: &Call<'_>, container: &Name, id: &Name) -> Result<(), Failure> {
        let (container, id) = (container.clone(), id.clone());
        let run = self.run(call, move |root, _| {
            root.remove(&root.container(&container)?, &id)
        });
        run.await
    }

    async fn size_of(
        &self,
        call: &Call<'_>,
        container: &Name,
        id: &Name,
    ) -> Result<Option<u64>, Failure> {
        let (container, id) = (container.clone(), id.clone());
        let run = self.run(call, move |root, _| {
            let size = root.container(&container)?.size_of(&id.encoded());
            size.map_err(|error| unavailable("the blob cannot be read", error))
        });
        run.await
    }

    async fn list(
        &self,
        call: &Call<'_>,
        container: &Name,
        page: Page,
    ) -> Result<Vec<Entry>, Failure> {
        let container = container.clone();
        let run = self.run(call, move |root, work| {
            list(&root.container(&container)?, &page, work)
        });
        run.await
    }

    async fn write(
        &self,
        call: &Call<'_>,
        container: &Name,
        id: &Name,
        total: u64,
        condition: Condition,
    ) -> Result<Box<dyn Writer>, Failure> {
        let (container, id, quota) = (container.clone(), id.clone(), self.quota);
        let (root, threads) = (Arc::clone(&self.root), Arc::clone(&self.threads));
        let run = self.run(call, move |_, _| {
            let folder = root.container(&container)?;
            let room = root.usage.reserve(total, quota)?;
            let begun = root.begin();
            let (unfinished, file) =
                begun.map_err(|error| unavailable("the upload cannot begin", error))?;
            Ok(Box::new(FileWriter {
                root,
                threads,
                container,
                folder,
                id,
                must_be_absent: condition == Condition::Absent,
                file,
                unfinished,
                room,
            }) as Box<dyn Writer>)
        });
        run.await
    }

    async fn read(
        &self,
        call: &Call<'_>,
        container: &Name,
        id: &Name,
        from: u64,
    ) -> Result<Option<Box<dyn Reader>>, Failure> {
        let (container, id) = (container.clone(), id.clone());
        let run = self.run(call, move |root, _| {
            let opened = root.container(&container)?.file(&id.encoded());
            opened.map_err(|error| unavailable("the blob cannot be opened", error))
        });
        let opened = run.await?.map(|(file, total)| FileReader {
            file: Arc::new(file),
            total,
            at: from.min(total),
        });
        Ok(opened.map(|reader| Box::new(reader) as Box<dyn Reader>))
    }

    async fn read_part(
        &self,
        call: &Call<'_>,
        container: &Name,
        id: &Name,
        from: u64,
        most: usize,
    ) -> Result<Option<Part>, Failure> {
        let (container, id) = (container.clone(), id.clone());
        let run = self.run(call, move |root, _| {
            let opened = root.container(&container)?.file(&id.encoded());
            let read = opened.and_then(|opened| {
                let part = opened.map(|(file, total)| part(&file, total, from, most));
                part.transpose()
            });
            read.map_err(|error| unavailable("the blob cannot be read", error))
        });
        run.await
    }
}

/// Returns a page. The memory is bounded by the length of the page, not by that of the list.
fn list(folder: &Folder, page: &Page, work: &Work) -> Result<Vec<Entry>, Failure> {
    let mut first: BinaryHeap<Name> = BinaryHeap::new();
    folder.each(|found| {
        work.step().map_err(Stop::Ended)?;
        let name = (!found.is_folder).then(|| Name::decoded(&found.name));
        if let Some(name) = name.flatten().filter(|name| page.has(name.as_str())) {
            first.push(name);
            if first.len() > page.most {
                first.pop();
            }
        }
        Ok::<_, Stop>(())
    })?;
    let mut entries = Vec::with_capacity(first.len());
    for id in first.into_sorted_vec() {
        work.step()?;
        if let Some(bytes) = folder.size_of(&id.encoded()).map_err(Stop::Failed)? {
            entries.push(Entry { id, bytes });
        }
    }
    Ok(entries)
}

/// The reason why a list ends early.
enum Stop {
    Failed(std::io::Error),
    Ended(capwire_provider::WorkEnded),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(error) => unavailable("the container cannot be listed", error),
            Stop::Ended(ended) => ended.into(),
        }
    }
}
