//! The databases keep the contract of every SQL provider.
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_contracts_suite::sql::Subject;
use capwire_sql_sqlite::SqlSqlite;

capwire_contracts_suite::sql_tests!(async { subject() });

fn subject() -> Subject {
    let directory = tempfile::tempdir().unwrap();
    Subject::new(SqlSqlite::new(directory.path()), [], directory)
}
