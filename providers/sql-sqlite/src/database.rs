//! The databases, each with one connection that writes and several that read.

use crate::connection::{Access, Conn};
use crate::failure::Failure;
use crate::job;
use crate::migrations;
use crate::settings::Settings;
use capwire_contracts::sql::ErrorClass;
use capwire_provider::{ProviderError, Work};
use capwire_sql_common::message::{Answer, Job};
use std::collections::HashMap;
use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The connections that wait for the next read of a database.
const IDLE_READERS: usize = 4;

/// The place of a database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The database of the actor with this key.
    Own(String),
    /// A database that bindings name.
    Shared(String),
}

/// An open database.
pub(crate) struct Database {
    file: PathBuf,
    /// Closed first, because only a connection that writes can remove the log.
    readers: Mutex<Vec<Conn>>,
    writer: Arc<AsyncMutex<Conn>>,
}

impl Database {
    /// Opens the database in `file`, and creates it if it does not exist. Blocks.
    fn open(file: PathBuf) -> Result<Self, Failure> {
        create(&file).map_err(|error| {
            let text = format!("cannot create `{}`: {error}", file.display());
            Failure::new(ErrorClass::Database, text)
        })?;
        let writer = Conn::open(&file, Access::Write)?;
        Ok(Self {
            readers: Mutex::default(),
            writer: Arc::new(AsyncMutex::new(writer)),
            file,
        })
    }

    /// Waits for the connection that writes.
    pub(crate) async fn writer(&self) -> OwnedMutexGuard<Conn> {
        Arc::clone(&self.writer).lock_owned().await
    }

    /// Applies the migrations of a binding. Blocks.
    pub(crate) fn migrate(&self, settings: &Settings) -> Result<(), String> {
        let mut writer = Arc::clone(&self.writer).blocking_lock_owned();
        writer
            .limit(settings)
            .map_err(|failure| failure.to_string())?;
        migrations::apply(&writer, &settings.migrations)
    }

    /// Runs a job that only reads. Blocks.
    pub(crate) fn read(
        &self,
        job: Job,
        work: &Work,
        settings: &Settings,
        until: Instant,
    ) -> Result<Answer, Failure> {
        let idle = self.readers().pop();
        let mut conn = match idle {
            Some(conn) => conn,
            None => Conn::open(&self.file, Access::Read)?,
        };
        let answer = job::run(job, &mut conn, work, settings, until);
        let mut readers = self.readers();
        if readers.len() < IDLE_READERS {
            readers.push(conn);
        }
        answer
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Conn>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The databases in a folder. Bindings with one place share its database.
pub(crate) struct Databases {
    folder: PathBuf,
    open: Mutex<HashMap<Place, Weak<Database>>>,
}

impl Databases {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            open: Mutex::default(),
        }
    }

    /// Returns the database of a binding with its migrations. Blocks.
    pub(crate) fn of(&self, settings: &Settings) -> Result<Arc<Database>, ProviderError> {
        let database = self.open(&settings.place)?;
        database.migrate(settings).map_err(|reason| {
            ProviderError::config("MIGRATIONS", format!("cannot be applied: {reason}"))
        })?;
        Ok(database)
    }

    fn open(&self, place: &Place) -> Result<Arc<Database>, ProviderError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = open.get(place).and_then(Weak::upgrade) {
            return Ok(database);
        }
        let database = Arc::new(Database::open(self.file(place)?)?);
        open.retain(|_, database| database.strong_count() > 0);
        open.insert(place.clone(), Arc::downgrade(&database));
        Ok(database)
    }

    fn file(&self, place: &Place) -> Result<PathBuf, ProviderError> {
        let (folder, name) = match place {
            Place::Own(actor) => ("actors", actor),
            Place::Shared(name) => ("shared", name),
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        match !name.is_empty() && name.chars().all(is_plain) {
            true => Ok(self.folder.join(folder).join(format!("{name}.sqlite"))),
            false => {
                let text = "the key of the actor cannot be the name of a file";
                Err(Failure::new(ErrorClass::Database, text).into())
            }
        }
    }
}

/// Creates a file and its folder, which only their owner can read.
fn create(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.sync_all()
}
