//! The three operations.

use crate::connection::{Access, Conn};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::statement::Run;
use capwire_contracts::sql::{Outcome, Statement, TransactionResponse};
use capwire_provider::Work;
use capwire_sql_common::message::{Answer, Job, MOST_STATEMENTS, single};
use std::time::Instant;

/// Returns the access that the operation needs.
pub(crate) fn access(job: &Job, settings: &Settings) -> Access {
    match (job, settings.is_read_only) {
        (Job::Query(_), _) | (_, true) => Access::Read,
        _ => Access::Write,
    }
}

/// Runs the operation within the time and the limits of the work. Blocks.
pub(crate) fn run(
    job: Job,
    conn: &mut Conn,
    work: &Work,
    settings: &Settings,
    until: Instant,
) -> Result<Answer, Failure> {
    let access = access(&job, settings);
    conn.limit(settings)?;
    conn.run(work, until, |conn| {
        let mut run = Run {
            conn,
            work,
            settings,
            access,
            rows: 0,
            bytes: 0,
        };
        match job {
            Job::Query(request) => run.statement(single(request)).map(Answer::Outcome),
            Job::Execute(request) => {
                let outcomes = together(&mut run, vec![single(request)])?;
                let outcome = outcomes.into_iter().next().unwrap_or_default();
                Ok(Answer::Outcome(outcome))
            }
            Job::Transaction(request) => {
                let outcomes = together(&mut run, request.statements)?;
                Ok(Answer::Transaction(TransactionResponse { outcomes }))
            }
        }
    })
}

/// Runs statements in a transaction, and commits it.
fn together(run: &mut Run<'_>, statements: Vec<Statement>) -> Result<Vec<Outcome>, Failure> {
    if statements.len() > MOST_STATEMENTS {
        return Err(Failure::limit(format!(
            "a transaction has at most {MOST_STATEMENTS} statements"
        )));
    }
    let begin = match run.access {
        Access::Read => "BEGIN",
        Access::Write => "BEGIN IMMEDIATE",
    };
    run.conn.as_host(|sqlite| sqlite.execute_batch(begin))?;
    let mut outcomes = Vec::with_capacity(statements.len());
    for statement in statements {
        outcomes.push(run.statement(statement)?);
        // `INSERT OR ROLLBACK` and triggers can end the transaction.
        if run.conn.sqlite.is_autocommit() {
            return Err(Failure::forbidden("a statement ended the transaction"));
        }
    }
    run.work.check()?;
    run.conn.as_host(|sqlite| sqlite.execute_batch("COMMIT"))?;
    Ok(outcomes)
}
