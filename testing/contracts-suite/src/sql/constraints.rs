//! Constraints of tables.

use super::{Subject, class};
use capwire_contracts::sql::ErrorClass;

/// Each case: the tables, a statement that breaks a constraint, and one that does not.
async fn breaks(subject: &Subject, tables: &[&str], wrong: &str, right: &str) {
    let sql = subject.client().await;
    for table in tables {
        sql.execute(table, &[]).await.unwrap();
    }
    assert_eq!(
        class(sql.execute(wrong, &[]).await),
        ErrorClass::Constraint,
        "{wrong}"
    );
    sql.execute(right, &[]).await.unwrap();
    assert_eq!(
        class(sql.execute(wrong, &[]).await),
        ErrorClass::Constraint,
        "{wrong}"
    );
}

/// `PRIMARY KEY`.
pub async fn a_primary_key_is_unique(subject: &Subject) {
    let tables = [
        "CREATE TABLE a (id BIGINT PRIMARY KEY)",
        "INSERT INTO a VALUES (1)",
    ];
    breaks(
        subject,
        &tables,
        "INSERT INTO a VALUES (1)",
        "INSERT INTO a VALUES (2)",
    )
    .await;
}

/// `NOT NULL`.
pub async fn a_value_that_must_be_there_is_needed(subject: &Subject) {
    let tables = ["CREATE TABLE a (id BIGINT, name TEXT NOT NULL)"];
    let right = "INSERT INTO a (name) VALUES ('')";
    breaks(subject, &tables, "INSERT INTO a (id) VALUES (1)", right).await;
}

/// `CHECK`.
pub async fn a_check_holds(subject: &Subject) {
    let tables = ["CREATE TABLE a (cents BIGINT CHECK (cents >= 0))"];
    breaks(
        subject,
        &tables,
        "INSERT INTO a VALUES (-1)",
        "INSERT INTO a VALUES (0)",
    )
    .await;
}

/// `REFERENCES`.
pub async fn a_foreign_key_needs_its_row(subject: &Subject) {
    let tables = [
        "CREATE TABLE a (id BIGINT PRIMARY KEY)",
        "CREATE TABLE b (a BIGINT REFERENCES a (id))",
        "INSERT INTO a VALUES (1)",
    ];
    breaks(
        subject,
        &tables,
        "INSERT INTO b VALUES (2)",
        "INSERT INTO b VALUES (1)",
    )
    .await;
}
