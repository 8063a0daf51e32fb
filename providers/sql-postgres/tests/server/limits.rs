//! Limits, and the end of statements on the server.

use crate::subject::{direct, guests, name, pause, subject};
use capwire_contracts::sql::ErrorClass;
use capwire_contracts_suite::sql::{class, transaction};
use capwire_provider::ProviderError;
use std::time::{Duration, Instant};
use tokio_postgres::Client;

/// Returns the number of connections whose last statement contains `mark`, and that are in this state.
async fn connections(server: &Client, mark: &str, state: &str) -> i64 {
    let select = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%' || $1 || '%' AND state LIKE $2 AND pid <> pg_backend_pid()";
    let row = server.query_one(select, &[&mark, &state]).await.unwrap();
    row.get(0)
}

async fn until_none(server: &Client, mark: &str) {
    while connections(server, mark, "%").await > 0 {
        pause().await;
    }
}

#[tokio::test]
async fn a_statement_ends_on_the_server_when_its_caller_goes() {
    let (subject, server, mark) = (subject(), direct().await, name());
    let sql = subject.client().await;
    guests(&sql).await;
    let endless = format!("SELECT pg_sleep(3600) AS {mark}");
    {
        let delete = ["DELETE FROM guests", &*endless];
        let mut call = std::pin::pin!(sql.transaction(transaction(delete)));
        while connections(&server, &mark, "active").await == 0 {
            tokio::select! {
                ended = &mut call => panic!("{ended:?}"),
                () = pause() => {}
            }
        }
    }
    until_none(&server, &mark).await;
    assert_eq!(sql.number("SELECT count(*) FROM guests").await, 3);
}

#[tokio::test]
async fn a_statement_ends_on_the_server_at_its_timeout() {
    let (subject, server, mark) = (subject(), direct().await, name());
    let sql = subject.client_with(&[("TIMEOUT", "100ms")]).await;
    let begun = Instant::now();
    let endless = format!("SELECT pg_sleep(3600) AS {mark}");
    assert_eq!(class(sql.query(&endless, &[]).await), ErrorClass::Limit);
    // Far more than a slow machine needs.
    assert!(begun.elapsed() < Duration::from_secs(30));
    while connections(&server, &mark, "active").await > 0 {
        pause().await;
    }
}

/// The server would send them for hours.
#[tokio::test]
async fn results_of_any_size_are_ended_soon() {
    let (subject, server, mark) = (subject(), direct().await, name());
    let sql = subject.client_with(&[("MAX_ROWS", "100000")]).await;
    for endless in [
        format!("SELECT repeat('x', 1000000) AS {mark} FROM generate_series(1, 10000)"),
        format!("SELECT repeat('x', 1000000000) AS {mark}"),
        format!("SELECT generate_series(1, 1000000000000) AS {mark}"),
    ] {
        assert_eq!(
            class(sql.query(&endless, &[]).await),
            ErrorClass::Limit,
            "{endless}"
        );
        until_none(&server, &mark).await;
    }
    assert_eq!(sql.number("SELECT 1").await, 1);
}

#[tokio::test]
async fn operations_beyond_the_limit_wait_within_their_time() {
    let (subject, mark) = (subject(), name());
    let values = [("MAX_CONNECTIONS", "2"), ("TIMEOUT", "2s")];
    let sql = subject.client_with(&values).await;
    let sleep = format!("SELECT pg_sleep(0.05) AS {mark}");
    let calls = (0..8).map(|_| sql.query(&sleep, &[]));
    for answer in futures_util::future::join_all(calls).await {
        answer.unwrap();
    }
    let open = connections(&direct().await, &mark, "%").await;
    let ended = connections(&direct().await, "COMMIT", "idle").await;
    assert!(open + ended <= 100, "{open} and {ended}");
    let endless = "SELECT pg_sleep(3600)";
    let calls = (0..3).map(|_| sql.query(endless, &[]));
    let refused = futures_util::future::join_all(calls).await;
    let busy = refused
        .iter()
        .filter(|refused| matches!(refused, Err(ProviderError::Busy(_))));
    assert!(busy.count() <= 1, "{refused:?}");
    assert_eq!(sql.number("SELECT 1").await, 1);
}

#[tokio::test]
async fn programs_that_are_too_large_are_refused() {
    let subject = subject();
    let sql = subject.client().await;
    let nested = |depth: usize| format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth));
    let long = |length: usize| format!("SELECT '{}'", "x".repeat(length));
    for (refused, allowed) in [
        (nested(100_000), nested(50)),
        (long(300_000), long(100_000)),
    ] {
        let refused = class(sql.query(&refused, &[]).await);
        assert!(
            matches!(refused, ErrorClass::Limit | ErrorClass::Statement),
            "{refused}"
        );
        sql.query(&allowed, &[]).await.unwrap();
    }
    let values = vec![1.into(); 2_000];
    assert_eq!(
        class(sql.query("SELECT $1", &values).await),
        ErrorClass::Limit
    );
}

/// The server ends one of them after its `deadlock_timeout`, and the provider runs it again.
#[tokio::test]
async fn transactions_that_wait_for_each_other_both_take_effect() {
    let subject = subject();
    let sql = subject.client().await;
    guests(&sql).await;
    let update = |id: i64| format!("UPDATE guests SET name = name || '!' WHERE id = {id}");
    let sleep = "SELECT pg_sleep(0.2)";
    let (one, two) = (update(1), update(2));
    let (forth, back) = tokio::join!(
        sql.transaction(transaction([&*one, sleep, &*two])),
        sql.transaction(transaction([&*two, sleep, &*one])),
    );
    forth.unwrap();
    back.unwrap();
    let twice = "SELECT count(*) FROM guests WHERE name LIKE '%!!'";
    assert_eq!(sql.number(twice).await, 2);
}
