//! Modules that swaps put in place. They are kept in the data directory, so that the next run
//! continues them.
//!
//! The manifest is the upper bound. A kept module continues only while the manifest names the
//! same bytes for its actor as when the swap took place. It is verified again like any module.
//!
//! The layout is `swaps/MANIFEST/ACTOR/swap.json` and, beside it, the module as `SHA256.wasm`.

mod record;
mod versions;

pub(crate) use versions::{PlannedVersions, Versions};

use crate::data::DataDir;
use crate::error::Error;
use crate::files::{self, Existing, Readers};
use capwire::ActorId;
use data_encoding::HEXLOWER;
use record::Record;
use sha2::{Digest as _, Sha256};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The name of the folder in the data directory.
const SORT: &str = "swaps";
const RECORD: &str = "swap.json";

/// The SHA-256 hash of a module, its signature included, in lower-case hexadecimal.
pub(crate) type Hash = String;

/// Returns the hash of `module`.
pub(crate) fn hash(module: &[u8]) -> Hash {
    HEXLOWER.encode(&Sha256::digest(module))
}

/// The kept modules of one manifest's actors.
#[derive(Clone, Debug)]
pub(crate) struct Swaps {
    data: DataDir,
    manifest: String,
}

/// A module that a swap put in place.
pub(crate) struct Kept {
    pub(crate) module: Vec<u8>,
    /// The hash of the module that the manifest named at that time.
    pub(crate) manifest_module: Hash,
    /// The time of the swap, in seconds since 1970.
    pub(crate) swapped_at: u64,
}

impl Swaps {
    /// Returns the kept modules of the manifest at `manifest`, in `data`.
    pub(crate) fn of(data: &DataDir, manifest: &Path) -> Self {
        let name = manifest.file_name().unwrap_or_default();
        Self {
            data: data.clone(),
            manifest: name.to_string_lossy().into_owned(),
        }
    }

    /// Returns the module that is kept for `actor`, if there is one.
    ///
    /// # Errors
    /// It cannot be read, or another program changed it.
    pub(crate) fn kept(&self, actor: ActorId) -> Result<Option<Kept>, Error> {
        let folder = self.folder(actor);
        let path = folder.join(RECORD);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(start_fresh(files::unreadable(&path, error))),
        };
        let record =
            Record::parse(&text).map_err(|error| changed(&path).because(error.in_one_line()))?;
        let path = folder.join(file_name(&record.module));
        let module = files::read(&path).map_err(start_fresh)?;
        if hash(&module) != record.module {
            return Err(changed(&path));
        }
        Ok(Some(Kept {
            module,
            manifest_module: record.manifest_module,
            swapped_at: record.swapped_at,
        }))
    }

    /// Keeps `kept` for `actor` in place of an earlier module. After a crash, one of both is kept.
    fn keep(&self, actor: ActorId, kept: &Kept) -> Result<(), Error> {
        let module = hash(&kept.module);
        let record = Record::new(&module, &kept.manifest_module, kept.swapped_at);
        let folder = self.folder(actor);
        self.data.create(&folder)?;
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            files::write(&path, bytes, Readers::OwnerOnly, Existing::Replace).map_err(|error| {
                Error::failure(format!("cannot write `{}`", path.display())).because(error)
            })
        };
        write(&file_name(&module), &kept.module)?;
        write(RECORD, &record.to_json()?)?;
        // An older module is of no use, but does no harm if it cannot be removed.
        remove_modules(&folder, &module).ok();
        Ok(())
    }

    /// Forgets the modules of all actors but `actors`.
    ///
    /// # Errors
    /// One of them cannot be removed.
    pub(crate) fn forget_all_but(&self, actors: &[ActorId]) -> Result<(), Error> {
        let staying: Vec<String> = actors.iter().map(ToString::to_string).collect();
        let path = self.data.path(SORT, &self.manifest);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => return Ok(()),
            Err(error) => return Err(files::unreadable(&path, error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| files::unreadable(&path, error))?;
            let name = entry.file_name();
            if !staying.iter().any(|actor| name == OsStr::new(actor)) {
                forget(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Forgets the module of `actor`.
    fn forget(&self, actor: ActorId) -> Result<(), Error> {
        forget(&self.folder(actor))
    }

    fn folder(&self, actor: ActorId) -> PathBuf {
        self.data.path(SORT, &self.manifest).join(actor.to_string())
    }
}

fn file_name(module: &Hash) -> String {
    format!("{module}.wasm")
}

/// Removes the record first, because a record without its module is an error.
fn forget(folder: &Path) -> Result<(), Error> {
    let removed = absent_is_fine(fs::remove_file(folder.join(RECORD)))
        .and_then(|()| absent_is_fine(fs::remove_dir_all(folder)));
    removed.map_err(|error| {
        Error::failure(format!("cannot remove `{}`", folder.display())).because(error)
    })
}

/// Returns `true` if `error` says that there is no file. A data directory that is a file has none;
/// whoever needs the directory says so.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn absent_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if is_absent(&error) => Ok(()),
        other => other,
    }
}

/// Removes all modules in `folder` but `staying`.
fn remove_modules(folder: &Path, staying: &Hash) -> io::Result<()> {
    let staying = file_name(staying);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_module = path.extension() == Some(OsStr::new("wasm"));
        if is_module && entry.file_name() != OsStr::new(&staying) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn changed(path: &Path) -> Error {
    start_fresh(Error::failure(format!(
        "`{}` was changed by another program",
        path.display()
    )))
}

/// Returns `error` with the way out: a run without kept modules.
pub(crate) fn start_fresh(error: Error) -> Error {
    error.help("`capwire run --fresh` forgets swaps and starts the modules that the manifest names")
}
