//! Migrations: files with statements that are applied once and in order.

use crate::authority::MIGRATIONS_TABLE;
use crate::connection::Conn;
use data_encoding::HEXLOWER;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// The largest file, in bytes.
const LARGEST: u64 = 1 << 20;

/// A file with statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Migration {
    /// The number with which the name of the file begins.
    number: i64,
    name: String,
    sql: String,
    checksum: String,
}

/// Reads the files `*.sql` in `folder`, in the order of their numbers.
///
/// # Errors
/// Returns the reason why they are no list of migrations.
pub(crate) fn read(folder: &Path) -> Result<Vec<Migration>, String> {
    let unreadable = |error| format!("cannot read the folder `{}`: {error}", folder.display());
    let mut migrations: Vec<Migration> = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            migrations.push(one(&path)?);
        }
    }
    migrations.sort_by_key(|migration| migration.number);
    let twice = migrations.windows(2).find_map(|pair| match pair {
        [a, b] if a.number == b.number => Some(format!(
            "`{}` and `{}` have the same number",
            a.name, b.name
        )),
        _ => None,
    });
    match (twice, migrations.is_empty()) {
        (Some(fault), _) => Err(fault),
        (None, true) => Err(format!("no files `*.sql` in `{}`", folder.display())),
        (None, false) => Ok(migrations),
    }
}

fn one(path: &Path) -> Result<Migration, String> {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let digits = name
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(name.len());
    let number = name.get(..digits).and_then(|digits| digits.parse().ok());
    let number = number.ok_or_else(|| {
        format!("the name `{name}.sql` does not begin with a number, as `0001_guests.sql` does")
    })?;
    let unreadable = |error: std::io::Error| format!("cannot read `{}`: {error}", path.display());
    if fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
        return Err(format!("`{name}.sql` has more than {LARGEST} bytes"));
    }
    let sql = fs::read_to_string(path).map_err(unreadable)?;
    Ok(Migration {
        number,
        checksum: HEXLOWER.encode(&Sha256::digest(&sql)),
        name,
        sql,
    })
}

/// Applies the migrations that were not applied yet. Each is a transaction of its own. Blocks.
///
/// # Errors
/// Returns the reason why the database cannot be used with these migrations.
pub(crate) fn apply(conn: &Conn, migrations: &[Migration]) -> Result<(), String> {
    if migrations.is_empty() {
        return Ok(());
    }
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {MIGRATIONS_TABLE} (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT"
    );
    conn.as_host(|sqlite| sqlite.execute_batch(&create))
        .map_err(|failure| failure.to_string())?;
    let applied = conn
        .as_host(applied)
        .map_err(|failure| failure.to_string())?;
    let last = applied.last().map_or(i64::MIN, |(number, _, _)| *number);
    for (number, name, checksum) in &applied {
        match migrations
            .iter()
            .find(|migration| migration.number == *number)
        {
            None => return Err(format!("`{name}.sql` was applied and is missing")),
            Some(migration) if migration.checksum != *checksum => {
                return Err(format!(
                    "`{}.sql` was changed after it was applied: undo the change, and add a migration",
                    migration.name
                ));
            }
            Some(_) => {}
        }
    }
    for migration in migrations {
        let is_applied = applied
            .iter()
            .any(|(number, _, _)| *number == migration.number);
        if !is_applied && migration.number < last {
            return Err(format!(
                "`{}.sql` comes before a migration that was applied: give it a higher number",
                migration.name
            ));
        }
        if !is_applied {
            apply_one(conn, migration)
                .map_err(|reason| format!("`{}.sql`: {reason}", migration.name))?;
        }
    }
    Ok(())
}

/// Returns the number, name and checksum of each migration that was applied, in order.
fn applied(sqlite: &Connection) -> rusqlite::Result<Vec<(i64, String, String)>> {
    let select = format!("SELECT number, name, checksum FROM {MIGRATIONS_TABLE} ORDER BY number");
    let mut statement = sqlite.prepare(&select)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
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
    let insert = format!("INSERT INTO {MIGRATIONS_TABLE} VALUES (?1, ?2, ?3)");
    let values = (migration.number, &migration.name, &migration.checksum);
    conn.as_host(|sqlite| sqlite.execute(&insert, values).map(drop))
}
