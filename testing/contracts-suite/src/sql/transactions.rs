//! Transactions, each in one message.

use super::statements::guests;
use super::{Client, Subject, class, transaction};
use capwire_contracts::sql::{ErrorClass, Statement};

const COUNT: &str = "SELECT count(*) FROM guests";

/// With the result of each.
pub async fn statements_take_effect_together(subject: &Subject) {
    let sql = guests(subject).await;
    let outcomes = sql
        .transaction(transaction([
            "INSERT INTO guests VALUES (4, 'Barbara')",
            "UPDATE guests SET name = name || '!'",
            COUNT,
        ]))
        .await
        .unwrap();
    let changes: Vec<_> = outcomes.iter().map(|outcome| outcome.changes).collect();
    assert_eq!(changes, [1, 4, 0]);
    assert_eq!(outcomes[2].rows[0].values, [4.into()]);
    assert_eq!(sql.number(COUNT).await, 4);
}

/// Whatever is wrong with it.
pub async fn a_failed_statement_undoes_the_transaction(subject: &Subject) {
    let sql = guests(subject).await;
    for (wrong, expected) in [
        (
            "INSERT INTO guests VALUES (2, 'Grace')",
            ErrorClass::Constraint,
        ),
        ("INSERT INTO nobody VALUES (1)", ErrorClass::Statement),
        ("no SQL", ErrorClass::Statement),
        ("COMMIT", ErrorClass::Forbidden),
        ("SELECT 1; SELECT 2", ErrorClass::Forbidden),
    ] {
        let statements = [
            "INSERT INTO guests VALUES (4, 'Mallory')",
            "DELETE FROM guests WHERE id = 1",
            wrong,
        ];
        let failed = sql.transaction(transaction(statements)).await;
        assert_eq!(class(failed), expected, "{wrong}");
        assert_eq!(sql.number(COUNT).await, 3, "{wrong}");
        assert_eq!(sql.number("SELECT max(id) FROM guests").await, 3, "{wrong}");
    }
}

/// So a transfer of money needs both accounts.
pub async fn a_statement_that_changes_too_few_rows_undoes_the_transaction(subject: &Subject) {
    let sql = guests(subject).await;
    let statements = |id: i64| {
        let mut statements = transaction(["DELETE FROM guests WHERE id = 1"]);
        statements.push(Statement {
            sql: "UPDATE guests SET name = 'x' WHERE id = $1".to_owned(),
            parameters: vec![id.into()],
            required_changes: 1,
        });
        statements
    };
    let failed = sql.transaction(statements(9)).await;
    assert_eq!(class(failed), ErrorClass::RequiredChanges);
    assert_eq!(sql.number(COUNT).await, 3);
    sql.transaction(statements(2)).await.unwrap();
    assert_eq!(sql.number(COUNT).await, 2);
}

/// And nobody else does before the end.
pub async fn a_transaction_sees_its_own_writes(subject: &Subject) {
    let sql = guests(subject).await;
    let outcomes = sql
        .transaction(transaction([
            "DELETE FROM guests WHERE id < 3",
            COUNT,
            "DELETE FROM guests",
            COUNT,
        ]))
        .await
        .unwrap();
    assert_eq!(outcomes[1].rows[0].values, [1.into()]);
    assert_eq!(outcomes[3].rows[0].values, [0.into()]);
}

/// It is not an error.
pub async fn a_transaction_without_statements_does_nothing(subject: &Subject) {
    let sql = guests(subject).await;
    assert!(sql.transaction(Vec::new()).await.unwrap().is_empty());
}

/// Nothing that they would leave open is open afterwards.
pub async fn statements_cannot_control_transactions(subject: &Subject) {
    let sql = guests(subject).await;
    for statement in [
        "BEGIN",
        "COMMIT",
        "END",
        "ROLLBACK",
        "SAVEPOINT a",
        "RELEASE a",
        "ROLLBACK TO SAVEPOINT a",
        "/* a comment */ BEGIN",
    ] {
        for refused in [
            sql.query(statement, &[]).await.map(drop),
            sql.execute(statement, &[]).await.map(drop),
            sql.transaction(transaction([statement])).await.map(drop),
        ] {
            assert_eq!(class(refused), ErrorClass::Forbidden, "{statement}");
        }
        goes_on(&sql).await;
    }
}

/// Also if it failed in its middle.
pub async fn a_failed_statement_leaves_nothing_behind(subject: &Subject) {
    let sql = guests(subject).await;
    let insert =
        "INSERT INTO guests SELECT 5 - id, name || '!' FROM guests WHERE id IN (1, 2) ORDER BY id";
    assert_eq!(
        class(sql.execute(insert, &[]).await),
        ErrorClass::Constraint
    );
    assert_eq!(sql.number(COUNT).await, 3);
    goes_on(&sql).await;
}

/// The next operations of the same actor work.
async fn goes_on(sql: &Client<'_>) {
    sql.transaction(transaction(["INSERT INTO guests VALUES (7, 'Tony')"]))
        .await
        .unwrap();
    sql.execute("DELETE FROM guests WHERE id = 7", &[])
        .await
        .unwrap();
    assert_eq!(sql.number(COUNT).await, 3);
}

/// 10,000 of them, and nothing happens.
pub async fn too_many_statements_are_refused(subject: &Subject) {
    let sql = guests(subject).await;
    let many = transaction(["DELETE FROM guests"; 10_000]);
    assert_eq!(class(sql.transaction(many).await), ErrorClass::Limit);
    assert_eq!(sql.number(COUNT).await, 3);
    let some = transaction([COUNT; 500]);
    assert_eq!(sql.transaction(some).await.unwrap().len(), 500);
}
