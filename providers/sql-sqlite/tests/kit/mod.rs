//! A provider in a temporary folder, with an actor.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]

use capwire_contracts_suite::sql::{Client, Subject};
use capwire_sql_sqlite::SqlSqlite;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A provider and its folder.
pub struct Place {
    pub subject: Subject,
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            subject: provider(folder.path()),
            folder,
        }
    }

    /// A new provider with the same folder, after the old one has ended.
    pub fn again(self) -> Self {
        let Self { subject, folder } = self;
        drop(subject);
        Self {
            subject: provider(folder.path()),
            folder,
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The files in the folder, in order.
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        list(self.path(), &mut files);
        let start = self.path().to_owned();
        let relative = |file: PathBuf| file.strip_prefix(&start).unwrap().display().to_string();
        let mut files: Vec<_> = files.into_iter().map(relative).collect();
        files.sort();
        files
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => list(&path, files),
            false => files.push(path),
        }
    }
}

fn provider(folder: &Path) -> Subject {
    Subject::new(SqlSqlite::new(folder), [], ())
}

/// Creates a table of three guests.
pub async fn guests(sql: &Client<'_>) {
    for statement in [
        "CREATE TABLE guests (id BIGINT PRIMARY KEY, name TEXT)",
        "INSERT INTO guests VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Edsger')",
    ] {
        sql.execute(statement, &[]).await.unwrap();
    }
}
