//! Hostile programs: too large, too long, or in several steps.

use crate::kit::{Place, guests};
use capwire_contracts::sql::ErrorClass::{Constraint, Forbidden, Limit, Statement};
use capwire_contracts_suite::sql::{class, transaction};

/// Statements that are compiled too deeply, or are too long.
#[tokio::test]
async fn programs_that_are_too_large_are_refused() {
    let place = Place::new();
    let sql = place.subject.client().await;
    let nested = |depth: usize| format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth));
    let negated = |depth: usize| format!("SELECT {}1", "-+".repeat(depth));
    let united = |count: usize| vec!["SELECT 1"; count].join(" UNION ALL ");
    let called = |count: usize| format!("SELECT max({})", vec!["1"; count].join(","));
    let listed = |count: usize| format!("SELECT {}", vec!["1"; count].join(","));
    let long = |length: usize| format!("SELECT '{}'", "x".repeat(length));
    for (refused, allowed) in [
        (nested(100_000), nested(50)),
        (negated(10_000), negated(50)),
        (united(10_000), united(50)),
        (called(10_000), called(50)),
        (listed(10_000), listed(500)),
        (long(300_000), long(100_000)),
    ] {
        let start = &refused[..20];
        let refused = class(sql.query(&refused, &[]).await);
        assert!(matches!(refused, Statement | Limit), "{start}: {refused}");
        sql.query(&allowed, &[]).await.unwrap();
    }
    let placed = |count: usize| {
        let places: Vec<_> = (1..=count).map(|number| format!("${number}")).collect();
        format!("SELECT max({})", places.join("+"))
    };
    let values = |count: usize| vec![1.into(); count];
    assert_eq!(
        class(sql.query(&placed(5_000), &values(5_000)).await),
        Statement
    );
    sql.query(&placed(100), &values(100)).await.unwrap();
}

/// `OR ROLLBACK` and triggers end a transaction in its middle.
#[tokio::test]
async fn a_transaction_that_is_ended_inside_has_no_effect() {
    let place = Place::new();
    let sql = place.subject.client().await;
    guests(&sql).await;
    let trigger =
        "CREATE TRIGGER no BEFORE DELETE ON guests BEGIN SELECT RAISE(ROLLBACK, 'no'); END";
    sql.execute(trigger, &[]).await.unwrap();
    for hostile in [
        "INSERT OR ROLLBACK INTO guests VALUES (1, 'Mallory')",
        "DELETE FROM guests WHERE id = 1",
    ] {
        let statements = [
            "UPDATE guests SET name = 'x'",
            hostile,
            "UPDATE guests SET name = 'y'",
        ];
        let failed = sql.transaction(transaction(statements)).await;
        assert_eq!(class(failed), Constraint, "{hostile}");
        let named = "SELECT count(*) FROM guests WHERE name IN ('x', 'y')";
        assert_eq!(sql.number(named).await, 0, "{hostile}");
    }
    let allowed = [
        "INSERT OR IGNORE INTO guests VALUES (1, 'Mallory')",
        "UPDATE guests SET name = 'x'",
    ];
    sql.transaction(transaction(allowed)).await.unwrap();
}

/// SQLite compiles a statement of the cache again when a table has changed. It then writes although it
/// did not when `Query` looked.
#[tokio::test]
async fn a_compiled_query_cannot_become_a_write() {
    let place = Place::new();
    let sql = place.subject.client().await;
    let hostile = "DROP TABLE IF EXISTS guests";
    let _ = sql.query(hostile, &[]).await;
    guests(&sql).await;
    assert_eq!(class(sql.query(hostile, &[]).await), Forbidden);
    assert_eq!(sql.number("SELECT count(*) FROM guests").await, 3);
    sql.execute(hostile, &[]).await.unwrap();
    assert_eq!(
        class(sql.query("SELECT * FROM guests", &[]).await),
        Statement
    );
}

/// Views and triggers are compiled with the statement that uses them.
#[tokio::test]
async fn views_and_triggers_have_no_more_authority() {
    let place = Place::new();
    let sql = place.subject.client().await;
    guests(&sql).await;
    for definition in [
        "CREATE VIEW v AS SELECT load_extension(name) FROM guests",
        "CREATE TRIGGER t AFTER INSERT ON guests BEGIN SELECT load_extension('x'); END",
        "CREATE TRIGGER u AFTER DELETE ON guests BEGIN DELETE FROM nobody; END",
    ] {
        let _ = sql.execute(definition, &[]).await;
    }
    let failed = class(sql.query("SELECT * FROM v", &[]).await);
    assert!(matches!(failed, Forbidden | Statement), "{failed}");
    let failed = class(sql.execute("INSERT INTO guests VALUES (4, 'x')", &[]).await);
    assert!(matches!(failed, Forbidden | Statement), "{failed}");
    sql.query("SELECT * FROM guests", &[]).await.unwrap();
    sql.execute("UPDATE guests SET name = 'x'", &[])
        .await
        .unwrap();
}

/// Their time would grow with the product of two lengths, and nothing interrupts them.
#[tokio::test]
async fn functions_on_long_texts_end_soon() {
    let place = Place::new();
    let sql = place.subject.client().await;
    let (long, half) = ("a".repeat(1_000_000), format!("{}b", "a".repeat(500_000)));
    for (function, expected) in [
        ("instr($1, $2)", 0),
        ("length(replace($1, $2, ''))", 1_000_000),
        ("length(trim($1, $2))", 0),
        ("length(ltrim($1, $2))", 0),
        ("length(rtrim($1, $2))", 0),
    ] {
        let values = [long.as_str().into(), half.as_str().into()];
        let found = sql.value(&format!("SELECT {function}"), &values).await;
        assert_eq!(found.unwrap().integer(), Some(expected), "{function}");
    }
    for (function, expected) in [
        ("instr('hällo', 'l')", "3".into()),
        ("instr(x'0102', x'02')", "2".into()),
        ("instr('a', NULL)", capwire_contracts::sql::Value::Null),
        ("instr(123, 2)", "2".into()),
        ("replace('abcabc', 'b', '--')", "a--ca--c".into()),
        ("replace('abc', '', 'x')", "abc".into()),
        ("trim('  a b ')", "a b".into()),
        ("ltrim('xyxa', 'yx')", "a".into()),
        ("rtrim('axyx', 'yx')", "a".into()),
    ] {
        let found = sql
            .value(&format!("SELECT CAST({function} AS TEXT)"), &[])
            .await;
        assert_eq!(found.unwrap(), expected, "{function}");
    }
}
