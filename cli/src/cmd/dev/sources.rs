//! The files of a project, watched for changes.

use crate::error::Error;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// An editor writes a file in several steps; this long after the last one, it has finished.
const QUIET: Duration = Duration::from_millis(30);

/// The names of files and folders that builds write into a project.
const WRITTEN_BY_BUILDS: [&str; 6] = [
    "build",
    "target",
    "zig-out",
    "node_modules",
    "Cargo.lock",
    "package-lock.json",
];

/// The changes of a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changes {
    /// True if the manifest is among the changed files.
    pub(super) manifest: bool,
}

/// How many events there were.
#[derive(Clone, Copy, Default, PartialEq)]
struct Events {
    all: u64,
    manifest: u64,
}

/// The watched folders of a project. Those that builds write, and hidden ones, are left out.
pub(super) struct Sources {
    folder: PathBuf,
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    events: watch::Receiver<Events>,
    handled: Events,
}

impl Sources {
    pub(super) fn watch(folder: &Path) -> Result<Self, Error> {
        let folder = folder.canonicalize();
        let folder =
            folder.map_err(|error| Error::failure("cannot find the project").because(error))?;
        let (sender, events) = watch::channel(Events::default());
        let root = folder.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // An error can mean that events were lost, so that anything may have changed.
            let (counts, manifest) = match event {
                Ok(event) if matches!(event.kind, EventKind::Access(_)) => (false, false),
                Ok(event) => {
                    let paths = event.paths.iter();
                    let mut sources = paths.filter(|path| is_source(&root, path)).peekable();
                    let counts = sources.peek().is_some();
                    let manifest = root.join("manifest.yaml");
                    (counts, sources.any(|path| *path == manifest))
                }
                Err(_) => (true, false),
            };
            if counts {
                sender.send_modify(|events| {
                    events.all += 1;
                    events.manifest += u64::from(manifest);
                });
            }
        });
        let watcher = watcher.map_err(|error| unwatched(&folder, error))?;
        let mut sources = Self {
            folder,
            watcher,
            watched: BTreeSet::new(),
            events,
            handled: Events::default(),
        };
        sources.add(sources.folder.clone(), RecursiveMode::NonRecursive)?;
        sources.add_folders()?;
        Ok(sources)
    }

    /// Waits for changes since the last call, and until they have come to rest.
    pub(super) async fn next(&mut self) -> Result<Changes, Error> {
        let handled = self.handled;
        let seen = self.events.wait_for(|events| *events != handled).await;
        seen.map_err(|error| Error::failure("the files are not watched any more").because(error))?;
        while timeout(QUIET, self.events.changed())
            .await
            .is_ok_and(|seen| seen.is_ok())
        {}
        let events = *self.events.borrow_and_update();
        let manifest = events.manifest != self.handled.manifest;
        self.handled = events;
        self.add_folders()?;
        Ok(Changes { manifest })
    }

    /// Watches the folders of the project that are not watched yet.
    fn add_folders(&mut self) -> Result<(), Error> {
        let entries =
            fs::read_dir(&self.folder).map_err(|error| unwatched(&self.folder, error.into()))?;
        let folders = entries.flatten().map(|entry| entry.path());
        let folders: Vec<PathBuf> = folders
            .filter(|path| path.is_dir() && is_source(&self.folder, path))
            .collect();
        self.watched.retain(|watched| watched.is_dir());
        folders
            .into_iter()
            .try_for_each(|folder| self.add(folder, RecursiveMode::Recursive))
    }

    fn add(&mut self, folder: PathBuf, mode: RecursiveMode) -> Result<(), Error> {
        if self.watched.contains(&folder) {
            return Ok(());
        }
        let watching = self.watcher.watch(&folder, mode);
        watching.map_err(|error| unwatched(&folder, error))?;
        self.watched.insert(folder);
        Ok(())
    }
}

/// Returns true unless a build writes `path`, or it is hidden.
fn is_source(root: &Path, path: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    let first = below.components().next();
    first.is_none_or(|first| {
        let name = first.as_os_str().to_string_lossy();
        !name.starts_with('.') && !WRITTEN_BY_BUILDS.contains(&&*name)
    })
}

fn unwatched(folder: &Path, error: notify::Error) -> Error {
    Error::failure(format!("cannot watch `{}`", folder.display())).because(error)
}
