//! Lists of hostile statements, each with a twin that is allowed.

mod commands;
mod functions;

use self::commands::{COMMANDS, DEFINITIONS};
use self::functions::FUNCTIONS;
use crate::subject::{direct, guests, subject};
use capwire_contracts::sql::ErrorClass::{self, Forbidden, Limit, Statement};
use capwire_contracts_suite::sql::{class, transaction};

/// A statement, the class of its error, and a twin.
pub(crate) type Case = (&'static str, ErrorClass, &'static str);

/// Each operation refuses the statement and has no effect, and the twin works.
async fn check(cases: &[Case]) {
    let subject = subject();
    for (index, (hostile, expected, twin)) in cases.iter().enumerate() {
        let actor = format!("M{index}");
        let sql = subject.client_of(&actor, "default").await;
        guests(&sql).await;
        let shown = hostile.escape_default();
        let refused = sql.execute(hostile, &[]).await;
        let text = format!("{refused:?}");
        assert_eq!(class(refused), *expected, "{shown}: {text}");
        let insert = "INSERT INTO guests VALUES (4, 'Mallory')";
        let failed = sql.transaction(transaction([insert, hostile])).await;
        assert_eq!(class(failed), *expected, "{shown}");
        let queried = sql.query(hostile, &[]).await;
        assert!(
            matches!(class(queried), Forbidden | Limit | Statement),
            "{shown}"
        );
        let count = sql.number("SELECT count(*) FROM guests").await;
        assert_eq!(count, 3, "{shown}");
        let allowed = sql.execute(twin, &[]).await;
        assert!(allowed.is_ok(), "{twin}: {allowed:?}");
        subject.unbind(&actor, "default").await;
    }
    assert!(!std::path::Path::new("/tmp/capwire-hostile").exists());
}

#[tokio::test]
async fn commands_are_refused() {
    check(COMMANDS).await;
}

#[tokio::test]
async fn definitions_stay_within_the_schema() {
    check(DEFINITIONS).await;
}

#[tokio::test]
async fn functions_are_refused() {
    check(FUNCTIONS).await;
}

/// The server refuses them, because the transaction only reads.
#[tokio::test]
async fn a_query_cannot_write_by_any_way() {
    let subject = subject();
    let sql = subject.client().await;
    guests(&sql).await;
    sql.execute("CREATE SEQUENCE numbers", &[]).await.unwrap();
    for statement in [
        "WITH gone AS (DELETE FROM guests RETURNING id) SELECT * FROM gone",
        "WITH new AS (INSERT INTO guests VALUES (9, 'x') RETURNING id) TABLE new",
        "SELECT nextval('numbers')",
        "SELECT setval('numbers', 99)",
        "SELECT id FROM guests FOR UPDATE",
        "SELECT id INTO copied FROM guests",
        "EXPLAIN ANALYZE DELETE FROM guests",
    ] {
        assert_eq!(
            class(sql.query(statement, &[]).await),
            Forbidden,
            "{statement}"
        );
        sql.execute(statement, &[]).await.unwrap();
        for undo in ["TRUNCATE guests", "INSERT INTO guests VALUES (1, 'Ada')"] {
            sql.execute(undo, &[]).await.unwrap();
        }
    }
}

/// Nothing of a message is left for the next one on the same connection.
#[tokio::test]
async fn a_session_keeps_nothing() {
    let subject = subject();
    let sql = subject.client_with(&[("MAX_CONNECTIONS", "1")]).await;
    guests(&sql).await;
    sql.execute("SELECT pg_advisory_xact_lock(4711)", &[])
        .await
        .unwrap();
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711";
    let row = direct().await.query_one(locks, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
    let only = "SELECT current_setting('transaction_read_only')";
    assert_eq!(sql.value(only, &[]).await.unwrap(), "on".into());
    let both = sql.transaction(transaction([only])).await.unwrap();
    assert_eq!(both[0].rows[0].values, ["off".into()]);
}
