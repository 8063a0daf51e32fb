//! A database in memory, for tests of actors.

use crate::connection::{Access, Conn};
use crate::job;
use crate::migrations;
use crate::settings::Settings;
use capwire_provider::{BindingId, Call, Config, ProviderError, WorkToken};
use capwire_sql_common::message::Job;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A database in memory that behaves as the provider does, for unit tests of actors: see
/// `FakeHost::provide` of `capwire-actor`.
///
/// ```
/// use capwire_contracts::{codec, sql::{Outcome, Request}};
/// use capwire_sql_sqlite::InMemory;
///
/// let database = InMemory::new()?;
/// let request = Request { sql: "SELECT $1 + 1 AS next".into(), parameters: vec![41.into()] };
/// let answer = database.answer("Query", &codec::encode(&request)?)?;
/// let outcome: Outcome = codec::decode(&answer)?;
/// assert_eq!(outcome.value(0, "next"), Some(&42.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct InMemory {
    conn: Mutex<Conn>,
    settings: Settings,
}

impl InMemory {
    /// Returns an empty database.
    ///
    /// # Errors
    /// Returns an error if there is no memory left.
    pub fn new() -> Result<Self, ProviderError> {
        let id = BindingId {
            actor: "memory".to_owned(),
            name: "default".to_owned(),
        };
        Ok(Self {
            conn: Mutex::new(Conn::in_memory()?),
            settings: Settings::read(&id, &Config::default())?,
        })
    }

    /// Applies the migrations in `folder`.
    ///
    /// # Errors
    /// Returns an error if the folder has no migrations, or one of them fails.
    pub fn migrated(self, folder: impl AsRef<Path>) -> Result<Self, ProviderError> {
        let wrong = |reason| ProviderError::config("MIGRATIONS", reason);
        let list = capwire_sql_common::migrations::read(folder.as_ref()).map_err(wrong)?;
        let conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        migrations::apply(&conn, &list).map_err(wrong)?;
        drop(conn);
        Ok(self)
    }

    /// Answers a call of `operation` with the message `payload`.
    ///
    /// # Errors
    /// Returns the text of the error that an actor would see.
    pub fn answer(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
        let id = BindingId {
            actor: String::new(),
            name: String::new(),
        };
        let call = Call::new(&id, operation, payload);
        self.serve(&call).map_err(|error| error.to_string())
    }

    fn serve(&self, call: &Call<'_>) -> Result<Vec<u8>, ProviderError> {
        let job = Job::of(call)?;
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + self.settings.timeout;
        let work = WorkToken::default().begin();
        // There is only one connection, so it writes only for operations that may.
        let only_reads = job::access(&job, &self.settings) == Access::Read;
        conn.as_host(|sqlite| sqlite.pragma_update(None, "query_only", only_reads))?;
        let answer = job::run(job, &mut conn, &work, &self.settings, until)?;
        Ok(answer.reply(call)?.to_vec())
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::InMemory;
    use capwire_contracts::codec;
    use capwire_contracts::sql::{ErrorClass, Request};

    fn run(database: &InMemory, operation: &str, sql: &str) -> Result<Vec<u8>, String> {
        let request = Request {
            sql: sql.to_owned(),
            ..Request::default()
        };
        database.answer(operation, &codec::encode(&request).unwrap())
    }

    #[test]
    fn a_query_in_memory_cannot_write_either() {
        let database = InMemory::new().unwrap();
        let drop = "DROP TABLE IF EXISTS guests";
        let _ = run(&database, "Query", drop);
        run(&database, "Execute", "CREATE TABLE guests (id BIGINT)").unwrap();
        for refused in [drop, "DELETE FROM guests", "CREATE TABLE other (id BIGINT)"] {
            let error = run(&database, "Query", refused).unwrap_err();
            assert_eq!(
                ErrorClass::of(&error),
                Some(ErrorClass::Forbidden),
                "{error}"
            );
        }
        run(&database, "Query", "SELECT * FROM guests").unwrap();
        run(&database, "Execute", drop).unwrap();
    }
}
