//! Migrations from a folder of the binding.

use super::{Client, Subject, class};
use capwire_contracts::sql::ErrorClass;
use capwire_provider::{Bound, ProviderError};
use std::fs;
use tempfile::TempDir;

const CREATE: (&str, &str) = (
    "0001_guests.sql",
    "-- Guests.\nCREATE TABLE guests (id BIGINT);\nINSERT INTO guests VALUES (1);\n",
);
const INDEX: (&str, &str) = (
    "0002_names.sql",
    "ALTER TABLE guests ADD COLUMN name TEXT; UPDATE guests SET name = 'Ada';",
);
const COUNT: &str = "SELECT count(*) FROM guests";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

async fn bind(subject: &Subject, files: &[(&str, &str)]) -> Result<Bound, ProviderError> {
    let folder = folder(files);
    let path = folder.path().to_str().unwrap();
    subject
        .bind("MACTOR", "default", &[("MIGRATIONS", path)])
        .await
}

async fn bound<'s>(subject: &'s Subject, files: &[(&str, &str)]) -> Client<'s> {
    bind(subject, files).await.unwrap();
    subject.unbound("MACTOR", "default")
}

/// The binding is refused at its key, and the text contains a part.
async fn refused(subject: &Subject, files: &[(&str, &str)], part: &str) {
    let refused = bind(subject, files).await;
    let Err(ProviderError::Config { key, reason }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(key, "MIGRATIONS");
    assert!(reason.contains(part), "{reason}");
}

/// However often the actor is bound.
pub async fn migrations_are_applied_once_and_in_order(subject: &Subject) {
    let sql = bound(subject, &[CREATE]).await;
    assert_eq!(sql.number(COUNT).await, 1);
    // A file that is no migration, and files in another order.
    let files = [("README.md", "no SQL"), INDEX, CREATE];
    for _ in 0..2 {
        let sql = bound(subject, &files).await;
        assert_eq!(sql.number(COUNT).await, 1);
        let names = sql
            .query("SELECT name FROM guests WHERE name = 'Ada'", &[])
            .await;
        assert_eq!(names.unwrap().rows.len(), 1);
    }
}

/// And nothing is done.
pub async fn a_changed_migration_is_refused(subject: &Subject) {
    drop(bound(subject, &[CREATE]).await);
    let changed = (CREATE.0, "CREATE TABLE guests (id BIGINT, name TEXT)");
    refused(subject, &[changed, INDEX], "`0001_guests.sql` was changed").await;
    drop(bound(subject, &[CREATE, INDEX]).await);
}

/// The database is of another program then.
pub async fn a_missing_migration_is_refused(subject: &Subject) {
    drop(bound(subject, &[CREATE, INDEX]).await);
    refused(subject, &[CREATE], "`0002_names.sql`").await;
}

/// Numbers are given once, and ascend.
pub async fn a_migration_out_of_order_is_refused(subject: &Subject) {
    let twice = ("0001_again.sql", "SELECT 1");
    refused(subject, &[CREATE, twice], "the same number").await;
    refused(
        subject,
        &[("guests.sql", "SELECT 1")],
        "begin with a number",
    )
    .await;
    refused(subject, &[], "no files").await;
    let third = ("0003_index.sql", "CREATE INDEX i ON guests (id)");
    drop(bound(subject, &[CREATE, third]).await);
    refused(subject, &[CREATE, INDEX, third], "`0002_names.sql`").await;
}

/// Those before it stay.
pub async fn a_failed_migration_leaves_nothing_behind(subject: &Subject) {
    let wrong = (
        "0002_wrong.sql",
        "DELETE FROM guests; INSERT INTO nobody VALUES (1);",
    );
    refused(subject, &[CREATE, wrong], "`0002_wrong.sql`").await;
    for control in ["COMMIT", "ROLLBACK", "BEGIN"] {
        let text = format!("DELETE FROM guests; {control};");
        refused(
            subject,
            &[CREATE, ("0002_wrong.sql", &text)],
            "`0002_wrong.sql`",
        )
        .await;
    }
    let sql = bound(subject, &[CREATE]).await;
    assert_eq!(sql.number(COUNT).await, 1);
}

/// Actors may read it.
pub async fn only_the_host_changes_the_list_of_migrations(subject: &Subject) {
    let sql = bound(subject, &[CREATE]).await;
    for statement in [
        "DELETE FROM capwire_migrations",
        "UPDATE capwire_migrations SET checksum = ''",
        "INSERT INTO capwire_migrations VALUES (2, 'b', 'c')",
        "DROP TABLE capwire_migrations",
        "ALTER TABLE capwire_migrations RENAME TO other",
        "ALTER TABLE CAPWIRE_MIGRATIONS ADD COLUMN other TEXT",
    ] {
        assert_eq!(
            class(sql.execute(statement, &[]).await),
            ErrorClass::Forbidden,
            "{statement}"
        );
    }
    assert_eq!(
        sql.number("SELECT count(*) FROM capwire_migrations").await,
        1
    );
}
