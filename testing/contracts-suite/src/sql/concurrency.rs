//! Many callers at once.

use super::{Client, Subject, class, transaction};
use capwire_contracts::sql::{ErrorClass, Statement, Value};
use futures_util::future::{join_all, try_join_all};

/// Callers that write at the same time.
const WRITERS: i64 = 16;
/// Operations of each.
const ROUNDS: i64 = 10;

async fn accounts(subject: &Subject) -> Client<'_> {
    let sql = subject.client().await;
    let create = "CREATE TABLE accounts (id BIGINT PRIMARY KEY, cents BIGINT NOT NULL)";
    sql.execute(create, &[]).await.unwrap();
    for id in 0..4 {
        let insert = sql.execute(
            "INSERT INTO accounts VALUES ($1, 100)",
            &[Value::Integer(id)],
        );
        insert.await.unwrap();
    }
    sql
}

fn changing(sql: &str, parameters: &[i64]) -> Statement {
    Statement {
        sql: sql.to_owned(),
        parameters: parameters.iter().map(|&number| number.into()).collect(),
        required_changes: 1,
    }
}

/// Each increment returns another number, and together they are all numbers: the order is one that
/// a single caller could have made.
pub async fn concurrent_increments_are_all_counted(subject: &Subject) {
    let sql = accounts(subject).await;
    let increment = "UPDATE accounts SET cents = cents + 1 WHERE id = 0 RETURNING cents";
    let writers = (0..WRITERS).map(|_| async {
        let mut seen = Vec::new();
        for _ in 0..ROUNDS {
            let outcome = sql.execute(increment, &[]).await.unwrap();
            seen.push(outcome.rows[0].values[0].integer().unwrap());
        }
        assert!(seen.is_sorted(), "{seen:?}");
        seen
    });
    let mut seen = join_all(writers).await.concat();
    seen.sort_unstable();
    assert_eq!(seen, (101..=100 + WRITERS * ROUNDS).collect::<Vec<_>>());
}

/// Those that cannot be made are refused.
pub async fn concurrent_transfers_keep_the_sum(subject: &Subject) {
    let sql = &accounts(subject).await;
    let transfers = (0..WRITERS * ROUNDS).map(|round| async move {
        let (from, to) = (round % 4, (round + 1 + round % 3) % 4);
        let take = "UPDATE accounts SET cents = cents - $2 WHERE id = $1 AND cents >= $2";
        let give = "UPDATE accounts SET cents = cents + $2 WHERE id = $1";
        let mut statements = vec![changing(take, &[from, 30]), changing(give, &[to, 30])];
        if from > to {
            // In the order of the accounts, so that no two transfers wait for each other.
            statements.reverse();
        }
        match sql.transaction(statements).await {
            Ok(_) => {}
            refused => assert_eq!(class(refused), ErrorClass::RequiredChanges),
        }
    });
    join_all(transfers).await;
    assert_eq!(
        sql.number("SELECT CAST(sum(cents) AS BIGINT) FROM accounts")
            .await,
        400
    );
    assert!(sql.number("SELECT min(cents) FROM accounts").await >= 0);
}

/// Never a half of one.
pub async fn readers_see_complete_transactions(subject: &Subject) {
    let sql = accounts(subject).await;
    let write = async {
        for _ in 0..WRITERS * ROUNDS {
            let move_one = [
                "UPDATE accounts SET cents = cents - 1 WHERE id = 0",
                "UPDATE accounts SET cents = cents + 1 WHERE id = 1",
            ];
            sql.transaction(transaction(move_one)).await.unwrap();
        }
    };
    let read = async {
        for _ in 0..WRITERS * ROUNDS {
            let sum = "SELECT CAST(sum(cents) AS BIGINT) FROM accounts";
            assert_eq!(sql.number(sum).await, 400);
        }
    };
    futures_util::future::join(write, read).await;
}

/// A compare-and-swap of one row.
pub async fn concurrent_swaps_of_one_value_have_one_winner(subject: &Subject) {
    let sql = &accounts(subject).await;
    for round in 0..ROUNDS {
        let swap = "UPDATE accounts SET cents = $2 WHERE id = 3 AND cents = $1";
        let now = sql.number("SELECT cents FROM accounts WHERE id = 3").await;
        let swaps = (0..WRITERS).map(|writer| async move {
            let next = Value::Integer(1_000 * (round + 1) + writer);
            sql.execute(swap, &[now.into(), next]).await
        });
        let outcomes = try_join_all(swaps).await.unwrap();
        let winners: u64 = outcomes.iter().map(|outcome| outcome.changes).sum();
        assert_eq!(winners, 1, "in round {round}");
    }
}
