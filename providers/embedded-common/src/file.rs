//! The data directory and the file in it.

use crate::compaction::compact_if_sparse;
use crate::error::{Failure, OpenError};
use crate::schema::Schema;
use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, StorageError};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// The memory for pages of the file, in bytes.
const CACHE: usize = 32 << 20;

/// The scope of the check with which a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Everything, so that a file that was changed or has decayed is refused.
    WholeFile,
    /// The state that a crash can leave behind.
    Recovery,
}

/// Opens the store in `directory`, and creates both if they do not exist. Blocks.
pub(crate) fn open<S: Schema>(directory: &Path, check: Check) -> Result<Database, OpenError> {
    let file = directory.join(format!("{}.redb", S::NAME));
    let unreadable = |source| OpenError::Unreadable {
        directory: directory.to_owned(),
        source,
    };
    create_directory(directory).map_err(unreadable)?;
    let handle = open_private(&file).map_err(unreadable)?;
    sync_directory(directory).map_err(unreadable)?;
    let mut database = FileBackend::new(handle)
        .and_then(|backend| builder(check).create_with_backend(backend))
        .map_err(|error| not_opened(directory, &file, error))?;
    prepare::<S>(&database, &file)?;
    if check == Check::WholeFile {
        compact_if_sparse(&mut database).map_err(|failure| damaged(&file, failure))?;
    }
    Ok(database)
}

/// Returns a builder of a database with a bounded cache.
pub(crate) fn builder(check: Check) -> Builder {
    let mut builder = Database::builder();
    builder
        .set_cache_size(CACHE)
        .set_check_integrity_on_open(check == Check::WholeFile);
    builder
}

/// Creates the tables of a new store, and refuses a store with an unknown format.
pub(crate) fn prepare<S: Schema>(database: &Database, file: &Path) -> Result<(), OpenError> {
    match S::prepare(database) {
        Ok(format) if format == S::FORMAT => Ok(()),
        Ok(found) => Err(OpenError::Format {
            file: file.to_owned(),
            found,
            reads: S::FORMAT,
        }),
        Err(failure) => Err(damaged(file, failure)),
    }
}

fn create_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    match directory.canonicalize()?.parent() {
        Some(parent) => sync_directory(parent),
        None => Ok(()),
    }
}

fn open_private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Synchronises the directory. Otherwise a power failure could lose the new file's name, and with
/// it acknowledged writes.
#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}

fn not_opened(directory: &Path, file: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::InUse {
            directory: directory.to_owned(),
        },
        DatabaseError::Storage(StorageError::Io(source))
            if source.kind() != io::ErrorKind::InvalidData =>
        {
            OpenError::Unreadable {
                directory: directory.to_owned(),
                source,
            }
        }
        other => OpenError::Damaged {
            file: file.to_owned(),
            source: Box::new(other),
        },
    }
}

fn damaged(file: &Path, failure: Failure) -> OpenError {
    OpenError::Damaged {
        file: file.to_owned(),
        source: Box::new(failure),
    }
}
