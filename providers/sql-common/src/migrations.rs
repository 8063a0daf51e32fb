//! Migrations: files with statements that are applied once and in order.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// The table of the applied migrations, which only the host changes.
pub const TABLE: &str = "capwire_migrations";

/// The largest file, in bytes.
const LARGEST: u64 = 1 << 20;

/// A file with statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The number with which the name of the file begins.
    pub number: i64,
    /// The name of the file without `.sql`.
    pub name: String,
    /// The content of the file.
    pub sql: String,
    /// The SHA-256 of the content, in hexadecimal digits.
    pub checksum: String,
}

/// Reads the files `*.sql` in `folder`, in the order of their numbers.
///
/// # Errors
/// Returns the reason why they are no list of migrations.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("0001_guests.sql"), "CREATE TABLE guests (name TEXT)")?;
/// let migrations = capwire_sql_common::migrations::read(folder.path())?;
/// assert_eq!(migrations[0].name, "0001_guests");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(folder: &Path) -> Result<Vec<Migration>, String> {
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

/// A migration that was applied to a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The number of the migration.
    pub number: i64,
    /// The name of its file without `.sql`.
    pub name: String,
    /// The SHA-256 of its file, in hexadecimal digits.
    pub checksum: String,
}

/// Returns those of `migrations` that are not in `applied`. Both are in the order of their numbers.
///
/// # Errors
/// Returns the reason why the database cannot be used with these migrations: an applied one has
/// changed or is missing, or a new one comes before an applied one.
///
/// ```
/// assert!(capwire_sql_common::migrations::pending(&[], &[])?.is_empty());
/// # Ok::<(), String>(())
/// ```
pub fn pending<'m>(
    migrations: &'m [Migration],
    applied: &[Applied],
) -> Result<Vec<&'m Migration>, String> {
    for Applied {
        number,
        name,
        checksum,
    } in applied
    {
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
    let last = applied.last().map_or(i64::MIN, |applied| applied.number);
    let is_applied = |number| applied.iter().any(|applied| applied.number == number);
    let new: Vec<_> = migrations
        .iter()
        .filter(|migration| !is_applied(migration.number))
        .collect();
    match new.iter().find(|migration| migration.number < last) {
        Some(early) => Err(format!(
            "`{}.sql` comes before a migration that was applied: give it a higher number",
            early.name
        )),
        None => Ok(new),
    }
}
