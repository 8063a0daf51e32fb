//! One statement: it is compiled, checked, bound to its parameters, and run.

use crate::connection::{Access, Conn};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::values::{self, Meaning};
use capwire_contracts::sql::{ErrorClass, Outcome, Row, Statement, Value};
use capwire_provider::Work;
use capwire_sql_common::message::OVERHEAD;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::ValueRef;
use rusqlite::{Batch, CachedStatement};

/// The run of the statements of one message.
pub(crate) struct Run<'r> {
    pub(crate) conn: &'r Conn,
    pub(crate) work: &'r Work,
    pub(crate) settings: &'r Settings,
    pub(crate) access: Access,
    /// The rows and bytes of the answer so far.
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

impl Run<'_> {
    /// Runs a statement and returns its result.
    pub(crate) fn statement(&mut self, statement: Statement) -> Result<Outcome, Failure> {
        let Statement {
            sql,
            parameters,
            required_changes,
        } = statement;
        let mut compiled = compile(self.conn, &sql)?;
        self.check_access(&compiled)?;
        bind(&mut compiled, parameters)?;
        let before = self.conn.sqlite.total_changes();
        let (columns, rows) = self.rows(&mut compiled)?;
        // A statement that defines something keeps the number of the statement before.
        let changes = match self.conn.sqlite.total_changes() == before {
            true => 0,
            false => self.conn.sqlite.changes(),
        };
        if required_changes > 0 && changes != required_changes {
            return Err(Failure::new(
                ErrorClass::RequiredChanges,
                format!(
                    "a statement changed {changes} rows and not {required_changes}, so the transaction has no effect"
                ),
            ));
        }
        Ok(Outcome {
            columns,
            rows,
            changes,
        })
    }

    fn check_access(&self, compiled: &CachedStatement<'_>) -> Result<(), Failure> {
        let is_allowed = self.access == Access::Write || compiled.readonly();
        match (is_allowed, self.settings.is_read_only) {
            (true, _) => Ok(()),
            (false, true) => Err(Failure::forbidden(
                "the binding is read-only, and the statement could write",
            )),
            (false, false) => Err(Failure::forbidden(
                "`Query` only reads, and the statement could write: use `Execute`",
            )),
        }
    }

    fn rows(
        &mut self,
        compiled: &mut CachedStatement<'_>,
    ) -> Result<(Vec<String>, Vec<Row>), Failure> {
        let mut found = compiled.raw_query();
        let (mut meanings, mut rows) = (Vec::new(), Vec::new());
        while let Some(row) = found.next()? {
            // The first step compiles the statement again if a table has changed.
            if rows.is_empty() {
                let columns = row.as_ref().columns();
                meanings = columns
                    .map(|column| Meaning::of(column.decl_type()))
                    .collect();
            }
            rows.push(self.row(row, &meanings)?);
        }
        drop(found);
        let names = compiled.column_names().map(str::to_owned).collect();
        Ok((names, rows))
    }

    fn row(&mut self, row: &rusqlite::Row<'_>, meanings: &[Meaning]) -> Result<Row, Failure> {
        self.work.step()?;
        self.rows = self.rows.saturating_add(1);
        if self.rows > self.settings.max_rows {
            return Err(Failure::limit(format!(
                "the answer has more than {} rows, the limit set by `MAX_ROWS`: add `LIMIT`",
                self.settings.max_rows
            )));
        }
        self.count(0)?;
        let mut values = Vec::with_capacity(meanings.len());
        for (index, meaning) in meanings.iter().enumerate() {
            let value = row.get_ref(index)?;
            self.count(size(value))?;
            values.push(values::read(value, *meaning)?);
        }
        Ok(Row { values })
    }

    /// Counts the bytes of the answer.
    fn count(&mut self, bytes: usize) -> Result<(), Failure> {
        self.bytes = self.bytes.saturating_add(bytes).saturating_add(OVERHEAD);
        match self.bytes > self.settings.max_answer {
            false => Ok(()),
            true => Err(Failure::limit(format!(
                "the answer has more than {} bytes, the limit set by `MAX_ANSWER`: request less",
                self.settings.max_answer
            ))),
        }
    }
}

fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        _ => 0,
    }
}

/// Compiles the only statement in `sql`, or takes it from the cache.
fn compile<'c>(conn: &'c Conn, sql: &str) -> Result<CachedStatement<'c>, Failure> {
    conn.begin_statement();
    if sql.contains('\0') {
        return Err(Failure::wrong("the statement contains a zero character"));
    }
    let is_end = |c: char| c == ';' || c.is_ascii_whitespace();
    let sql = sql.trim_end_matches(is_end);
    // The library looks for further statements with a recursion, whose depth is their number.
    if sql.contains(';') {
        let mut statements = Batch::new(&conn.sqlite, sql);
        statements.next()?;
        if !matches!(statements.next(), Ok(None)) {
            return Err(rusqlite::Error::MultipleStatement.into());
        }
    }
    let compiled = conn.sqlite.prepare_cached(sql)?;
    let could_be_nothing = compiled.column_count() == 0 && compiled.readonly();
    if could_be_nothing && compiled.expanded_sql().is_none() {
        compiled.discard();
        return Err(Failure::wrong("there is no statement"));
    }
    Ok(compiled)
}

/// Binds the parameters `$1`, `$2` and so on.
fn bind(compiled: &mut CachedStatement<'_>, parameters: Vec<Value>) -> Result<(), Failure> {
    let count = compiled.parameter_count();
    let mut places = vec![None; count];
    for index in 1..=count {
        let number = compiled.parameter_name(index).and_then(numbered);
        let number = number.ok_or_else(|| Failure::wrong("parameters are named `$1`, `$2` …"))?;
        let Some(place) = places.get_mut(number - 1) else {
            return Err(Failure::wrong(format!(
                "the statement has `${number}`, but only {count} parameters"
            )));
        };
        *place = Some(index);
    }
    if parameters.len() != count {
        return Err(Failure::wrong(format!(
            "the statement has {count} parameters, and the message has {} values for them",
            parameters.len()
        )));
    }
    for (place, value) in places.into_iter().zip(parameters) {
        if let Some(index) = place {
            compiled.raw_bind_parameter(index, values::stored(value)?)?;
        }
    }
    Ok(())
}

/// Returns the number of a parameter such as `$12`.
fn numbered(name: &str) -> Option<usize> {
    let digits = name.strip_prefix('$')?;
    let is_number = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}
