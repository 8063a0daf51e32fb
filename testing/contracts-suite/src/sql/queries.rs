//! `Query`, which only reads.

use super::statements::guests;
use super::{Subject, class};
use capwire_contracts::sql::ErrorClass;

/// Also where a statement begins as a query does.
pub async fn a_query_cannot_write(subject: &Subject) {
    let sql = guests(subject).await;
    for statement in [
        "INSERT INTO guests VALUES (4, 'Mallory')",
        "INSERT INTO guests VALUES (4, 'Mallory') RETURNING id",
        "UPDATE guests SET name = 'Mallory'",
        "DELETE FROM guests",
        "DELETE FROM guests WHERE id = 9 RETURNING id",
        "WITH few AS (SELECT 1 AS id) DELETE FROM guests WHERE id IN (SELECT id FROM few)",
        "WITH few AS (SELECT 9 AS id) INSERT INTO guests SELECT id, 'Mallory' FROM few RETURNING id",
        "CREATE TABLE other (id BIGINT)",
        "DROP TABLE guests",
        "ALTER TABLE guests ADD COLUMN age BIGINT",
        "CREATE INDEX by_name ON guests (name)",
        "ANALYZE guests",
    ] {
        assert_eq!(
            class(sql.query(statement, &[]).await),
            ErrorClass::Forbidden,
            "{statement}"
        );
    }
    assert_eq!(sql.number("SELECT count(*) FROM guests").await, 3);
    // The twins.
    sql.execute("INSERT INTO guests VALUES (4, 'Mallory') RETURNING id", &[])
        .await
        .unwrap();
    let with =
        "WITH few AS (SELECT 4 AS id) SELECT name FROM guests WHERE id IN (SELECT id FROM few)";
    assert_eq!(sql.query(with, &[]).await.unwrap().rows.len(), 1);
}

/// By any binding, as soon as the write is answered.
pub async fn a_query_reads_what_was_written(subject: &Subject) {
    let sql = guests(subject).await;
    let second = subject.client_of("MACTOR", "second").await;
    for count in 4..20 {
        let values = [count.into(), count.to_string().into()];
        let insert = sql.execute("INSERT INTO guests VALUES ($1, $2)", &values);
        insert.await.unwrap();
        assert_eq!(second.number("SELECT count(*) FROM guests").await, count);
    }
}
