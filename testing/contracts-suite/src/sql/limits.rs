//! Limits on rows, bytes and time. Nothing is cut: an answer is complete, or an error.

use super::{Subject, class, transaction};
use capwire_contracts::sql::ErrorClass;

/// `generate` with this number of rows.
fn rows(count: u64) -> String {
    format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n"
    )
}

const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

/// `MAX_ROWS`.
pub async fn too_many_rows_are_refused(subject: &Subject) {
    let sql = subject.client_with(&[("MAX_ROWS", "10")]).await;
    assert_eq!(sql.query(&rows(10), &[]).await.unwrap().rows.len(), 10);
    assert_eq!(class(sql.query(&rows(11), &[]).await), ErrorClass::Limit);
    let (six, five) = (rows(6), rows(5));
    let both = sql.transaction(transaction([&*six, &*five])).await;
    assert_eq!(class(both), ErrorClass::Limit);
    sql.transaction(transaction([&*five, &*five]))
        .await
        .unwrap();
}

/// `MAX_ANSWER`.
pub async fn too_large_answers_are_refused(subject: &Subject) {
    let sql = subject.client_with(&[("MAX_ANSWER", "10KiB")]).await;
    let long = |length: usize| "x".repeat(length);
    sql.execute("CREATE TABLE texts (t TEXT)", &[])
        .await
        .unwrap();
    let insert = "INSERT INTO texts VALUES ($1)";
    sql.execute(insert, &[long(9_000).into()]).await.unwrap();
    assert_eq!(
        sql.query("SELECT t FROM texts", &[])
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
    sql.execute(insert, &[long(2_000).into()]).await.unwrap();
    assert_eq!(
        class(sql.query("SELECT t FROM texts", &[]).await),
        ErrorClass::Limit
    );
    // Rows without content count, too.
    assert_eq!(class(sql.query(&rows(1_000), &[]).await), ErrorClass::Limit);
    assert_eq!(sql.query(&rows(100), &[]).await.unwrap().rows.len(), 100);
}

/// A write whose answer is too large has no effect.
pub async fn a_refused_answer_undoes_the_write(subject: &Subject) {
    let sql = subject.client_with(&[("MAX_ROWS", "2")]).await;
    sql.execute("CREATE TABLE a (id BIGINT)", &[])
        .await
        .unwrap();
    let three = "INSERT INTO a VALUES (1), (2), (3) RETURNING id";
    assert_eq!(class(sql.execute(three, &[]).await), ErrorClass::Limit);
    assert_eq!(sql.number("SELECT count(*) FROM a").await, 0);
    sql.execute("INSERT INTO a VALUES (1), (2) RETURNING id", &[])
        .await
        .unwrap();
    assert_eq!(sql.number("SELECT count(*) FROM a").await, 2);
}

/// `TIMEOUT`.
pub async fn a_query_that_never_ends_is_ended(subject: &Subject) {
    let sql = subject.client_with(&[("TIMEOUT", "150ms")]).await;
    assert_eq!(class(sql.query(ENDLESS, &[]).await), ErrorClass::Limit);
    assert_eq!(sql.number("SELECT 1").await, 1);
}

/// And the next one does.
pub async fn a_transaction_that_never_ends_has_no_effect(subject: &Subject) {
    let sql = subject.client_with(&[("TIMEOUT", "500ms")]).await;
    sql.execute("CREATE TABLE a (id BIGINT)", &[])
        .await
        .unwrap();
    let insert = "INSERT INTO a VALUES (1)";
    let endless = sql.transaction(transaction([insert, ENDLESS])).await;
    assert_eq!(class(endless), ErrorClass::Limit);
    assert_eq!(sql.number("SELECT count(*) FROM a").await, 0);
    sql.transaction(transaction([insert, "SELECT 1"]))
        .await
        .unwrap();
    assert_eq!(sql.number("SELECT count(*) FROM a").await, 1);
}
