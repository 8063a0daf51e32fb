//! The three operations.

use crate::connection::{Access, Conn};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::statement::Run;
use bytes::Bytes;
use capwire_contracts::sql::{
    OP_EXECUTE, OP_QUERY, OP_TRANSACTION, Outcome, Request, Statement, TransactionRequest,
    TransactionResponse,
};
use capwire_provider::{Call, ProviderError, Work};
use std::time::Instant;

/// The largest message in bytes.
const MAX_MESSAGE: usize = 16 << 20;

/// The most statements of a transaction.
const MOST_STATEMENTS: usize = 1_000;

/// An operation with its message.
pub(crate) enum Job {
    Query(Request),
    Execute(Request),
    Transaction(TransactionRequest),
}

/// The answer to an operation.
pub(crate) enum Answer {
    Outcome(Outcome),
    Transaction(TransactionResponse),
}

impl Job {
    /// Reads the message of a call.
    pub(crate) fn of(call: &Call<'_>) -> Result<Self, ProviderError> {
        if call.payload.len() > MAX_MESSAGE {
            let text = format!("the message is larger than the limit of {MAX_MESSAGE} bytes");
            return Err(Failure::limit(text).into());
        }
        match call.operation {
            OP_QUERY => Ok(Self::Query(call.message()?)),
            OP_EXECUTE => Ok(Self::Execute(call.message()?)),
            OP_TRANSACTION => Ok(Self::Transaction(call.message()?)),
            _ => Err(call.unknown_operation()),
        }
    }

    /// Returns the access that the operation needs.
    pub(crate) fn access(&self, settings: &Settings) -> Access {
        match (self, settings.is_read_only) {
            (Self::Query(_), _) | (_, true) => Access::Read,
            _ => Access::Write,
        }
    }

    /// Runs the operation within the time and the limits of the work. Blocks.
    pub(crate) fn run(
        self,
        conn: &mut Conn,
        work: &Work,
        settings: &Settings,
        until: Instant,
    ) -> Result<Answer, Failure> {
        let access = self.access(settings);
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
            match self {
                Self::Query(request) => run.statement(single(request)).map(Answer::Outcome),
                Self::Execute(request) => {
                    let outcomes = together(&mut run, vec![single(request)])?;
                    let outcome = outcomes.into_iter().next().unwrap_or_default();
                    Ok(Answer::Outcome(outcome))
                }
                Self::Transaction(request) => {
                    let outcomes = together(&mut run, request.statements)?;
                    Ok(Answer::Transaction(TransactionResponse { outcomes }))
                }
            }
        })
    }
}

impl Answer {
    /// Encodes the answer to a call.
    pub(crate) fn reply(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        match self {
            Self::Outcome(outcome) => call.reply(outcome),
            Self::Transaction(response) => call.reply(response),
        }
    }
}

fn single(request: Request) -> Statement {
    Statement {
        sql: request.sql,
        parameters: request.parameters,
        required_changes: 0,
    }
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
