//! A connection to the file of a database, with its limits and its authority.

use crate::authority::Authority;
use crate::failure::Failure;
use crate::functions;
use crate::settings::Settings;
use capwire_provider::{Work, WorkEnded};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The number of SQLite's instructions between two looks at the limits of a call.
const INSTRUCTIONS: i32 = 1_000;

/// The statements that a connection keeps compiled.
const STATEMENTS: usize = 64;

/// The size of a page of the file, in bytes.
const PAGE: u64 = 4_096;

/// The most pages that SQLite's files have.
const MOST_PAGES: u64 = 4_294_967_294;

/// The time for which a connection waits for another program.
const BUSY: Duration = Duration::from_millis(500);

/// The limits that no binding changes.
const LIMITS: [(Limit, i32); 12] = [
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 256 << 10),
    (Limit::SQLITE_LIMIT_COLUMN, 512),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
    (Limit::SQLITE_LIMIT_PARSER_DEPTH, 500),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 100),
    (Limit::SQLITE_LIMIT_VDBE_OP, 250_000),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 1_000),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 16),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// The way in which a connection uses its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// A connection.
pub(crate) struct Conn {
    pub(crate) sqlite: Connection,
    authority: Authority,
    /// The most pages that were set last.
    most_pages: Option<i64>,
}

impl Conn {
    /// Opens the database in `file`, which exists. Blocks.
    pub(crate) fn open(file: &Path, access: Access) -> Result<Self, Failure> {
        let mode = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let conn = Self::with(Connection::open_with_flags(file, flags)?)?;
        let settings = match access {
            Access::Read => "PRAGMA query_only = ON",
            // A write that is acknowledged is on disk.
            Access::Write => {
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864"
            }
        };
        conn.as_host(|sqlite| {
            sqlite.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")?;
            sqlite.execute_batch(settings)
        })?;
        Ok(conn)
    }

    /// Opens a database in memory.
    pub(crate) fn in_memory() -> Result<Self, Failure> {
        Self::with(Connection::open_in_memory()?)
    }

    fn with(mut sqlite: Connection) -> Result<Self, Failure> {
        let authority = Authority::default();
        for (config, value) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
            // A misspelt name in double quotes is an error, and not a text.
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        ] {
            sqlite.set_db_config(config, value)?;
        }
        for (limit, most) in LIMITS {
            sqlite.set_limit(limit, most)?;
        }
        sqlite.busy_timeout(BUSY)?;
        sqlite.set_prepared_statement_cache_capacity(STATEMENTS);
        functions::register(&sqlite)?;
        let decides = authority.clone();
        sqlite.authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| {
            decides.decide(&context)
        }))?;
        Ok(Self {
            sqlite,
            authority,
            most_pages: None,
        })
    }

    /// Runs statements of the host, which may do everything. They are compiled each time, because
    /// SQLite asks for authority only when it compiles a statement.
    pub(crate) fn as_host<R>(
        &self,
        scope: impl FnOnce(&Connection) -> rusqlite::Result<R>,
    ) -> Result<R, Failure> {
        Ok(self.authority.as_host(|| scope(&self.sqlite))?)
    }

    /// Sets the limits of a binding.
    pub(crate) fn limit(&mut self, settings: &Settings) -> Result<(), Failure> {
        let longest = i32::try_from(settings.max_value).unwrap_or(i32::MAX);
        self.sqlite.set_limit(Limit::SQLITE_LIMIT_LENGTH, longest)?;
        let pages = (settings.max_bytes / PAGE).clamp(1, MOST_PAGES);
        let pages = i64::try_from(pages).unwrap_or(i64::MAX);
        if self.most_pages != Some(pages) {
            self.as_host(|sqlite| sqlite.pragma_update(None, "max_page_count", pages))?;
            self.most_pages = Some(pages);
        }
        Ok(())
    }

    /// Runs `body` within the time, and within the limits of the work. Afterwards no transaction is
    /// open, whatever happened.
    pub(crate) fn run<R>(
        &mut self,
        work: &Work,
        until: Instant,
        body: impl FnOnce(&Self) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        // Panics of earlier work could have left one open.
        self.roll_back()?;
        let ended = Ended::default();
        self.sqlite
            .progress_handler(INSTRUCTIONS, Some(ended.handler(work.clone(), until)))?;
        let result = body(self);
        self.sqlite.progress_handler(0, None::<fn() -> bool>)?;
        let result = match (result, ended.take()) {
            (Err(_), Some(failure)) => Err(failure),
            (Err(failure), None) => Err(self.explained(failure)),
            (result, _) => result,
        };
        self.roll_back()?;
        result
    }

    fn roll_back(&self) -> Result<(), Failure> {
        match self.sqlite.is_autocommit() {
            true => Ok(()),
            false => self.as_host(|sqlite| sqlite.execute_batch("ROLLBACK")),
        }
    }

    /// Forgets what was denied to an earlier statement.
    pub(crate) fn begin_statement(&self) {
        self.authority.take_denied();
    }

    /// Returns the failure of a statement, with the action that the authority denied, if it did.
    pub(crate) fn explained(&self, failure: Failure) -> Failure {
        match (failure, self.authority.take_denied()) {
            (Failure::Statement { .. }, Some(text)) => Failure::denied(text),
            (failure, _) => failure,
        }
    }
}

/// The reason why a statement was interrupted.
#[derive(Clone, Default)]
struct Ended(Arc<Mutex<Option<Reason>>>);

#[derive(Clone, Copy)]
enum Reason {
    Work(WorkEnded),
    Time,
}

impl Ended {
    /// Returns a function that SQLite calls, and that returns true to interrupt the statement.
    fn handler(&self, work: Work, until: Instant) -> impl FnMut() -> bool + Send + 'static {
        let ended = self.clone();
        move || {
            let reason = match work.check() {
                Err(reason) => Reason::Work(reason),
                Ok(()) if Instant::now() >= until => Reason::Time,
                Ok(()) => return false,
            };
            ended
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .replace(reason);
            true
        }
    }

    fn take(&self) -> Option<Failure> {
        let reason = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        reason.map(|reason| match reason {
            Reason::Work(ended) => Failure::Ended(ended),
            Reason::Time => too_slow(),
        })
    }
}

/// Returns the failure of an operation that takes longer than its binding allows.
pub(crate) fn too_slow() -> Failure {
    Failure::limit("the operation takes longer than `TIMEOUT` of the binding")
}
