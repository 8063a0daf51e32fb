//! The connections of a binding. No other binding uses them, so that nothing of a session reaches another actor.

use crate::connect::{Connected, cancel, connect};
use crate::failure::Failure;
use crate::settings::Server;
use capwire_contracts::sql::ErrorClass;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::{Client, Statement};

/// The time after which an unused connection is closed.
const IDLE: Duration = Duration::from_secs(60);

/// The statements that a connection keeps compiled.
const STATEMENTS: usize = 64;

/// The longest statement that is kept, in bytes.
const LONGEST_KEPT: usize = 8 << 10;

/// A connection with its compiled statements.
pub(crate) struct Session {
    connected: Connected,
    statements: HashMap<String, (Statement, u64)>,
    /// The number of statements so far.
    count: u64,
    used: Instant,
}

impl Session {
    fn new(connected: Connected) -> Self {
        Self {
            connected,
            statements: HashMap::new(),
            count: 0,
            used: Instant::now(),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.connected.client
    }

    /// Returns true if the connection ended because a message of the server was too long.
    pub(crate) fn exceeded(&self) -> bool {
        self.connected.exceeded.is_set()
    }

    /// Returns the compiled statement `sql`, and true if an earlier message compiled it.
    pub(crate) async fn compiled(
        &mut self,
        sql: &str,
    ) -> Result<(Statement, bool), tokio_postgres::Error> {
        self.count += 1;
        if let Some((statement, used)) = self.statements.get_mut(sql) {
            *used = self.count;
            return Ok((statement.clone(), true));
        }
        let statement = self.client().prepare(sql).await?;
        if sql.len() <= LONGEST_KEPT {
            if self.statements.len() >= STATEMENTS {
                let oldest = self.statements.iter().min_by_key(|(_, (_, used))| *used);
                let oldest = oldest.map(|(sql, _)| sql.clone()).unwrap_or_default();
                self.statements.remove(&oldest);
            }
            let kept = (statement.clone(), self.count);
            self.statements.insert(sql.to_owned(), kept);
        }
        Ok((statement, false))
    }

    /// Forgets the compiled statements, because tables have changed.
    pub(crate) fn forget(&mut self) {
        self.statements.clear();
    }
}

/// The connections of a binding.
pub(crate) struct Pool {
    server: Arc<Server>,
    most: usize,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Session>>,
}

impl Pool {
    pub(crate) fn new(server: Arc<Server>, most: usize) -> Self {
        Self {
            server,
            most,
            permits: Arc::new(Semaphore::new(most)),
            idle: Mutex::default(),
        }
    }

    /// Returns a connection: one that waits, or a new one if none waits or `is_new`.
    pub(crate) async fn lease(
        self: &Arc<Self>,
        until: Instant,
        is_new: bool,
    ) -> Result<Lease, Failure> {
        let permit = timeout_at(until, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| self.full())?;
        // Nobody closes the semaphore.
        let permit = permit.map_err(|_| self.full())?;
        let idle = match is_new {
            true => None,
            false => self.take_idle(),
        };
        let was_idle = idle.is_some();
        let session = match idle {
            Some(session) => session,
            None => {
                let connected = timeout_at(until, connect(&self.server)).await;
                let connected = connected.map_err(Failure::not_connected)?;
                Session::new(connected.map_err(Failure::not_connected)?)
            }
        };
        Ok(Lease {
            pool: Arc::clone(self),
            session: Some((session, permit)),
            was_idle,
        })
    }

    fn full(&self) -> Failure {
        let text = format!(
            "{} operations run at once, the limit set by `MAX_CONNECTIONS`: try again later",
            self.most
        );
        Failure::new(ErrorClass::Busy, text)
    }

    fn take_idle(&self) -> Option<Session> {
        let mut idle = self.idle();
        idle.retain(|session| !session.client().is_closed() && session.used.elapsed() < IDLE);
        idle.pop()
    }

    /// Closes the connections that wait, because the server has ended one.
    pub(crate) fn close_idle(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that one message uses. Dropping it ends its statement on the server and closes the connection.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    session: Option<(Session, OwnedSemaphorePermit)>,
    /// True if the connection was used before.
    pub(crate) was_idle: bool,
}

impl Lease {
    /// Returns the session.
    ///
    /// # Errors
    /// Returns an error if the connection was given back, which ends the lease.
    pub(crate) fn session(&mut self) -> Result<&mut Session, Failure> {
        let session = self.session.as_mut().map(|(session, _)| session);
        session.ok_or_else(|| Failure::new(ErrorClass::Database, "the connection was given back"))
    }

    /// Keeps the connection for the next message. No statement runs on it, and no transaction is open.
    pub(crate) fn give_back(mut self) {
        if let Some((mut session, permit)) = self.session.take() {
            session.used = Instant::now();
            self.pool.idle().push(session);
            drop(permit);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some((session, permit)) = self.session.take() else {
            return;
        };
        // Without a runtime, the connection closes, and the server ends the statement at its timeout.
        if let (false, Ok(runtime)) = (session.client().is_closed(), Handle::try_current()) {
            let server = Arc::clone(&self.pool.server);
            runtime.spawn(async move {
                let token = session.client().cancel_token();
                cancel(&server, token, server.connect_timeout).await;
                drop(session);
                // Counted until here, so that the server never has more connections than the limit.
                drop(permit);
            });
        }
    }
}
