//! The run of a message: one transaction on one connection, whatever happens.

use crate::failure::{Effect, Failure};
use crate::parameters::Parameter;
use crate::pool::{Lease, Pool, Session};
use crate::settings::Settings;
use crate::statement::{self, Verb};
use crate::values::{Cell, is_readable};
use capwire_contracts::sql::{ErrorClass, Outcome, Row, Statement, TransactionResponse, Value};
use capwire_sql_common::message::{Answer, Job, MOST_STATEMENTS, OVERHEAD, single};
use futures_util::StreamExt;
use std::pin::pin;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// The most parameters of a statement.
const MOST_PARAMETERS: usize = 1_000;

/// The most attempts at a message that conflicts with others.
const ATTEMPTS: usize = 10;

/// The statements of a message, after their check.
struct Program {
    statements: Vec<(Statement, Verb)>,
    is_single: bool,
    only_reads: bool,
}

/// The reason why an attempt failed.
enum Failed {
    /// The connection was lost before anything was sent.
    NotBegun(Failure),
    /// A compiled statement does not fit its tables any more. Nothing was changed.
    Outdated(Failure),
    /// The server refused a statement. The connection can be used again after the transaction is undone.
    Refused(Failure),
    /// The connection cannot be used again.
    Broken(Failure),
}

/// Runs a message until its end or `until`.
pub(crate) async fn run(
    pool: &Arc<Pool>,
    settings: &Settings,
    job: Job,
    until: Instant,
) -> Result<Answer, Failure> {
    let program = Program::of(job, settings)?;
    let (mut is_new, mut attempts) = (false, 0);
    loop {
        attempts += 1;
        let mut lease = pool.lease(until, is_new).await?;
        let mut effect = Effect::None;
        let attempt = attempt(&mut lease, &program, settings, until, &mut effect);
        let Ok(result) = timeout_at(until, attempt).await else {
            return Err(Failure::too_slow(effect));
        };
        match result {
            Ok(outcomes) => {
                lease.give_back();
                return Ok(program.answer(outcomes));
            }
            Err(Failed::NotBegun(_)) if lease.was_idle && !is_new => {
                pool.close_idle();
                is_new = true;
            }
            Err(Failed::NotBegun(failure) | Failed::Broken(failure)) => return Err(failure),
            Err(Failed::Outdated(failure)) if attempts >= ATTEMPTS => {
                lease.give_back();
                return Err(failure);
            }
            Err(Failed::Outdated(_)) => lease.give_back(),
            Err(Failed::Refused(failure)) => {
                lease.give_back();
                // The server has undone the transaction, so that it can be made again.
                let is_conflict = matches!(failure.code(), Some("40001" | "40P01"));
                if !is_conflict || attempts >= ATTEMPTS {
                    return Err(failure);
                }
            }
        }
    }
}

/// Runs all statements in a transaction, and ends it.
async fn attempt(
    lease: &mut Lease,
    program: &Program,
    settings: &Settings,
    until: Instant,
    effect: &mut Effect,
) -> Result<Vec<Outcome>, Failed> {
    let session = lease.session().map_err(Failed::Broken)?;
    let begin = begin(program.only_reads, until);
    let begun = session.client().batch_execute(&begin).await;
    begun.map_err(|error| match error.as_db_error().map(Failure::refused) {
        Some(refused) if refused.class() != ErrorClass::Database => Failed::Broken(refused),
        // The server has ended the connection, or will.
        _ => Failed::NotBegun(Failure::lost(error, Effect::None)),
    })?;
    let mut run = Run {
        session,
        settings,
        rows: 0,
        bytes: 0,
    };
    let mut outcomes = Vec::with_capacity(program.statements.len());
    for (statement, verb) in &program.statements {
        match run.statement(statement, *verb).await {
            Ok(outcome) => outcomes.push(outcome),
            Err(Failed::Outdated(failure)) => {
                run.session.forget();
                return Err(undone(run.session, Failed::Outdated(failure)).await);
            }
            Err(Failed::Refused(failure)) => {
                return Err(undone(run.session, Failed::Refused(failure)).await);
            }
            Err(failed) => return Err(failed),
        }
    }
    if !program.only_reads {
        *effect = Effect::Unknown;
    }
    let committed = run.session.client().batch_execute("COMMIT").await;
    committed.map_err(|error| match error.as_db_error().map(Failure::refused) {
        // Such as a constraint that is checked at the end.
        Some(refused) if refused.class() != ErrorClass::Database => Failed::Refused(refused),
        _ => Failed::Broken(Failure::lost(error, *effect)),
    })?;
    Ok(outcomes)
}

/// Returns the statements that begin the transaction. The server ends a statement a little before the provider would
/// end the connection.
fn begin(only_reads: bool, until: Instant) -> String {
    let access = if only_reads { "ONLY" } else { "WRITE" };
    let left = until.saturating_duration_since(Instant::now());
    let millis = (left - left / 20).as_millis().max(1);
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ {access}; SET LOCAL statement_timeout = {millis}"
    )
}

/// Undoes the transaction after a failure.
async fn undone(session: &Session, failed: Failed) -> Failed {
    match (session.client().batch_execute("ROLLBACK").await, failed) {
        (Ok(()), failed) => failed,
        (Err(_), Failed::Refused(failure) | Failed::Outdated(failure)) => Failed::Broken(failure),
        (Err(_), failed) => failed,
    }
}

impl Program {
    fn of(job: Job, settings: &Settings) -> Result<Self, Failure> {
        let is_query = matches!(job, Job::Query(_));
        let is_single = !matches!(job, Job::Transaction(_));
        let statements = match job {
            Job::Query(request) | Job::Execute(request) => vec![single(request)],
            Job::Transaction(request) => request.statements,
        };
        if statements.len() > MOST_STATEMENTS {
            return Err(Failure::limit(format!(
                "a transaction has at most {MOST_STATEMENTS} statements"
            )));
        }
        let checked = statements.into_iter().map(|statement| {
            let (statement, verb) = checked(statement)?;
            match (verb == Verb::Read, is_query, settings.is_read_only) {
                (true, _, _) | (_, false, false) => Ok((statement, verb)),
                (false, _, true) => Err(Failure::forbidden(
                    "the binding is read-only, and the statement could write",
                )),
                (false, true, false) => Err(Failure::forbidden(
                    "`Query` only reads, and the statement could write: use `Execute`",
                )),
            }
        });
        Ok(Self {
            statements: checked.collect::<Result<_, _>>()?,
            is_single,
            only_reads: is_query || settings.is_read_only,
        })
    }

    fn answer(&self, outcomes: Vec<Outcome>) -> Answer {
        match self.is_single {
            true => Answer::Outcome(outcomes.into_iter().next().unwrap_or_default()),
            false => Answer::Transaction(TransactionResponse { outcomes }),
        }
    }
}

fn checked(mut statement: Statement) -> Result<(Statement, Verb), Failure> {
    if statement.sql.len() > statement::LONGEST {
        return Err(Failure::limit(format!(
            "a statement has at most {} bytes",
            statement::LONGEST
        )));
    }
    if statement.parameters.len() > MOST_PARAMETERS {
        return Err(Failure::limit(format!(
            "a statement has at most {MOST_PARAMETERS} parameters"
        )));
    }
    let (sql, verb) = statement::check(&statement.sql)?;
    statement.sql = sql.to_owned();
    Ok((statement, verb))
}

/// The run of the statements of one message.
struct Run<'r> {
    session: &'r mut Session,
    settings: &'r Settings,
    /// The rows and bytes of the answer so far.
    rows: usize,
    bytes: usize,
}

impl Run<'_> {
    async fn statement(&mut self, statement: &Statement, verb: Verb) -> Result<Outcome, Failed> {
        let compiled = self.session.compiled(&statement.sql).await;
        let (compiled, was_kept) = compiled.map_err(|error| self.failed(error, false))?;
        check_columns(&compiled).map_err(Failed::Refused)?;
        let parameters = parameters(&compiled, &statement.parameters).map_err(Failed::Refused)?;
        let stream = self.session.client().query_raw(&compiled, parameters).await;
        let stream = stream.map_err(|error| self.failed(error, was_kept))?;
        let mut stream = pin!(stream);
        let mut rows = Vec::new();
        while let Some(row) = stream.next().await {
            let row = row.map_err(|error| self.failed(error, was_kept))?;
            rows.push(self.row(&row)?);
        }
        let changes = match verb {
            Verb::Change => stream.rows_affected().unwrap_or(0),
            Verb::Read | Verb::Define => 0,
        };
        check_changes(changes, statement.required_changes).map_err(Failed::Refused)?;
        let columns = compiled.columns().iter();
        Ok(Outcome {
            columns: columns.map(|column| column.name().to_owned()).collect(),
            rows,
            changes,
        })
    }

    /// Reads a row. If a limit is exceeded, the connection is closed, which ends the statement on the server.
    fn row(&mut self, row: &tokio_postgres::Row) -> Result<Row, Failed> {
        self.rows = self.rows.saturating_add(1);
        if self.rows > self.settings.max_rows {
            return Err(Failed::Broken(Failure::limit(format!(
                "the answer has more than {} rows, the limit set by `MAX_ROWS`: add `LIMIT`",
                self.settings.max_rows
            ))));
        }
        let overhead = OVERHEAD.saturating_mul(row.len().saturating_add(1));
        let content = row.raw_size_bytes();
        self.bytes = self.bytes.saturating_add(content).saturating_add(overhead);
        if self.bytes > self.settings.max_answer {
            return Err(Failed::Broken(self.too_large()));
        }
        let values: Result<Vec<Value>, _> = (0..row.len())
            .map(|index| row.try_get::<_, Cell>(index).map(|cell| cell.0))
            .collect();
        match values {
            Ok(values) => Ok(Row { values }),
            Err(error) => Err(Failed::Broken(Failure::lost(error, Effect::None))),
        }
    }

    fn too_large(&self) -> Failure {
        Failure::limit(format!(
            "the answer has more than {} bytes, the limit set by `MAX_ANSWER`: request less",
            self.settings.max_answer
        ))
    }

    /// Returns the reason of an error in the transaction.
    fn failed(&self, error: tokio_postgres::Error, was_kept: bool) -> Failed {
        match error.as_db_error() {
            Some(refused) => {
                let failure = Failure::refused(refused);
                match failure.code() {
                    Some("0A000" | "26000") if was_kept => Failed::Outdated(failure),
                    _ => Failed::Refused(failure),
                }
            }
            None if self.session.exceeded() => Failed::Broken(self.too_large()),
            None => Failed::Broken(Failure::lost(error, Effect::None)),
        }
    }
}

fn parameters(
    compiled: &tokio_postgres::Statement,
    values: &[Value],
) -> Result<Vec<Parameter>, Failure> {
    let types = compiled.params();
    if types.len() != values.len() {
        return Err(Failure::wrong(format!(
            "the statement has {} parameters, and the message has {} values for them",
            types.len(),
            values.len()
        )));
    }
    let pairs = values.iter().zip(types);
    pairs
        .map(|(value, ty)| Parameter::new(value.clone(), ty))
        .collect()
}

/// Checks that the provider can read all columns, before the statement runs.
fn check_columns(compiled: &tokio_postgres::Statement) -> Result<(), Failure> {
    let mut columns = compiled.columns().iter();
    match columns.find(|column| !is_readable(column.type_())) {
        None => Ok(()),
        Some(column) => Err(Failure::wrong(format!(
            "the column `{}` has the type `{}`, which has no value here: write `::text` after it",
            column.name(),
            column.type_()
        ))),
    }
}

fn check_changes(changes: u64, required: u64) -> Result<(), Failure> {
    match required > 0 && changes != required {
        false => Ok(()),
        true => Err(Failure::new(
            ErrorClass::RequiredChanges,
            format!(
                "a statement changed {changes} rows and not {required}, so the transaction has no effect"
            ),
        )),
    }
}
