//! The migrations of a database.

use crate::connection::Conn;
use capwire_sql_common::migrations::{self, Applied, Migration, TABLE};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection};

/// Applies the migrations that were not applied yet. Each is a transaction of its own. Blocks.
///
/// # Errors
/// Returns the reason why the database cannot be used with these migrations.
pub(crate) fn apply(conn: &Conn, migrations: &[Migration]) -> Result<(), String> {
    if migrations.is_empty() {
        return Ok(());
    }
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {TABLE} (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT"
    );
    conn.as_host(|sqlite| sqlite.execute_batch(&create))
        .map_err(|failure| failure.to_string())?;
    let applied = conn
        .as_host(applied)
        .map_err(|failure| failure.to_string())?;
    for migration in migrations::pending(migrations, &applied)? {
        apply_one(conn, migration)
            .map_err(|reason| format!("`{}.sql`: {reason}", migration.name))?;
    }
    Ok(())
}

/// Returns the migrations that were applied, in order.
fn applied(sqlite: &Connection) -> rusqlite::Result<Vec<Applied>> {
    let select = format!("SELECT number, name, checksum FROM {TABLE} ORDER BY number");
    let mut statement = sqlite.prepare(&select)?;
    let rows = statement.query_map([], |row| {
        Ok(Applied {
            number: row.get(0)?,
            name: row.get(1)?,
            checksum: row.get(2)?,
        })
    })?;
    rows.collect()
}

fn apply_one(conn: &Conn, migration: &Migration) -> Result<(), String> {
    let shown = |failure: crate::failure::Failure| conn.explained(failure).to_string();
    conn.as_host(|sqlite| sqlite.execute_batch("BEGIN IMMEDIATE"))
        .map_err(shown)?;
    let result = run(conn, migration).map_err(shown);
    let end = match result {
        Ok(()) => "COMMIT",
        Err(_) => "ROLLBACK",
    };
    let ended = conn
        .as_host(|sqlite| sqlite.execute_batch(end))
        .map_err(shown);
    result.and(ended)
}

/// Runs the statements with the authority of an actor, and records the migration.
fn run(conn: &Conn, migration: &Migration) -> Result<(), crate::failure::Failure> {
    let mut statements = Batch::new(&conn.sqlite, &migration.sql);
    while let Some(mut statement) = statements.next()? {
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
    }
    if conn.sqlite.is_autocommit() {
        return Err(crate::failure::Failure::forbidden(
            "a statement ended the transaction",
        ));
    }
    let insert = format!("INSERT INTO {TABLE} VALUES (?1, ?2, ?3)");
    let values = (migration.number, &migration.name, &migration.checksum);
    conn.as_host(|sqlite| sqlite.execute(&insert, values).map(drop))
}
