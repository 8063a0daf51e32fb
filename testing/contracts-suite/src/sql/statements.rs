//! Single statements.

use super::{Client, Subject, class};
use capwire_contracts::sql::{ErrorClass, Value};

/// An actor with a table of three guests.
pub(super) async fn guests(subject: &Subject) -> Client<'_> {
    let sql = subject.client().await;
    let create = "CREATE TABLE guests (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)";
    sql.execute(create, &[]).await.unwrap();
    let insert = "INSERT INTO guests VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Edsger')";
    assert_eq!(sql.execute(insert, &[]).await.unwrap().changes, 3);
    sql
}

/// In the order of the statement.
pub async fn rows_have_the_columns_of_the_statement(subject: &Subject) {
    let sql = guests(subject).await;
    let select =
        "SELECT name AS who, id, id + 1 AS next FROM guests WHERE id > $1 ORDER BY id DESC";
    let outcome = sql.query(select, &[1.into()]).await.unwrap();
    assert_eq!(outcome.columns, ["who", "id", "next"]);
    let values: Vec<_> = outcome.rows.iter().map(|row| row.values.clone()).collect();
    let expected = [
        vec!["Edsger".into(), Value::Integer(3), Value::Integer(4)],
        vec!["Grace".into(), Value::Integer(2), Value::Integer(3)],
    ];
    assert_eq!(values, expected);
    assert_eq!(outcome.changes, 0);
}

/// So an actor can show an empty table.
pub async fn a_result_without_rows_has_columns(subject: &Subject) {
    let sql = guests(subject).await;
    let outcome = sql
        .query("SELECT id, name FROM guests WHERE id = 9", &[])
        .await
        .unwrap();
    assert_eq!(outcome.columns, ["id", "name"]);
    assert!(outcome.rows.is_empty());
}

/// Of each kind of change.
pub async fn changed_rows_are_counted(subject: &Subject) {
    let sql = guests(subject).await;
    for (statement, changes) in [
        ("UPDATE guests SET name = name || '!' WHERE id < 3", 2),
        ("UPDATE guests SET name = name WHERE id = 9", 0),
        (
            "INSERT INTO guests SELECT id + 10, name || '?' FROM guests",
            3,
        ),
        ("DELETE FROM guests WHERE id > 10", 3),
        ("DELETE FROM guests", 3),
        ("DELETE FROM guests", 0),
    ] {
        let outcome = sql.execute(statement, &[]).await.unwrap();
        assert_eq!(outcome.changes, changes, "{statement}");
        assert!(outcome.columns.is_empty() && outcome.rows.is_empty());
    }
}

/// Also after a statement that changed some.
pub async fn definitions_change_no_rows(subject: &Subject) {
    let sql = guests(subject).await;
    for definition in [
        "CREATE TABLE other (id BIGINT)",
        "CREATE INDEX by_name ON guests (name, id)",
        "ALTER TABLE guests ADD COLUMN email TEXT",
        "ALTER TABLE guests RENAME COLUMN email TO mail",
        "ALTER TABLE guests DROP COLUMN mail",
        "ALTER TABLE other RENAME TO another",
        "CREATE VIEW names AS SELECT name FROM guests",
        "DROP VIEW names",
        "DROP INDEX by_name",
        "DROP TABLE another",
        "DROP TABLE IF EXISTS another",
        "CREATE TABLE IF NOT EXISTS guests (id BIGINT)",
    ] {
        let outcome = sql.execute(definition, &[]).await.unwrap();
        assert_eq!(outcome.changes, 0, "{definition}");
    }
    assert_eq!(sql.number("SELECT count(*) FROM guests").await, 3);
}

/// By `RETURNING`, with the types of the columns.
pub async fn changed_rows_can_be_returned(subject: &Subject) {
    let sql = guests(subject).await;
    let create = "CREATE TABLE visits (id BIGINT, seen BOOLEAN, at TIMESTAMP WITH TIME ZONE)";
    sql.execute(create, &[]).await.unwrap();
    let values = [
        Value::Integer(1),
        Value::Boolean(false),
        Value::Timestamp(5),
    ];
    let insert = "INSERT INTO visits VALUES ($1, $2, $3) RETURNING id, seen, at";
    let outcome = sql.execute(insert, &values).await.unwrap();
    assert_eq!(outcome.columns, ["id", "seen", "at"]);
    assert_eq!(outcome.rows[0].values, values);
    assert_eq!(outcome.changes, 1);
    let delete = sql.execute(
        "DELETE FROM guests WHERE id > $1 RETURNING name",
        &[1.into()],
    );
    assert_eq!(delete.await.unwrap().rows.len(), 2);
}

/// With one value.
pub async fn a_parameter_may_occur_twice(subject: &Subject) {
    let sql = guests(subject).await;
    let select = "SELECT id FROM guests WHERE name = $2 OR id = $1 AND name <> $2";
    let outcome = sql
        .query(select, &[1.into(), "Grace".into()])
        .await
        .unwrap();
    assert_eq!(outcome.rows.len(), 2);
}

/// Too few and too many.
pub async fn a_wrong_number_of_values_is_refused(subject: &Subject) {
    let sql = guests(subject).await;
    let one = Value::Integer(1);
    for (statement, count) in [
        ("SELECT id FROM guests WHERE id = $1", 0),
        ("SELECT id FROM guests WHERE id = $1", 2),
        ("SELECT id FROM guests", 1),
        ("SELECT id FROM guests WHERE id = $2", 2),
        ("SELECT id FROM guests WHERE id = $2", 1),
    ] {
        let values = vec![one.clone(); count];
        let refused = class(sql.query(statement, &values).await);
        assert_eq!(refused, ErrorClass::Statement, "{statement} with {count}");
    }
    let allowed = sql
        .query("SELECT id FROM guests WHERE id = $1", &[one])
        .await;
    assert_eq!(allowed.unwrap().rows.len(), 1);
}

/// The names of other databases are not those of the contract.
pub async fn other_names_of_parameters_are_refused(subject: &Subject) {
    let sql = guests(subject).await;
    for name in ["?", "?1", ":id", "@id", "$id", "$0"] {
        let select = format!("SELECT id FROM guests WHERE id = {name}");
        let refused = class(sql.query(&select, &[1.into()]).await);
        assert_eq!(refused, ErrorClass::Statement, "{name}");
    }
}

/// And not of the host.
pub async fn a_syntax_error_is_an_error_of_the_statement(subject: &Subject) {
    let sql = guests(subject).await;
    for wrong in [
        "SELEC 1",
        "SELECT 1 +",
        "SELECT 'a",
        "SELECT (",
        "\u{1F980}",
        "SELECT * FROM",
    ] {
        assert_eq!(
            class(sql.query(wrong, &[]).await),
            ErrorClass::Statement,
            "{wrong}"
        );
    }
}

/// A misspelt column in double quotes is no text, either.
pub async fn unknown_names_are_errors_of_the_statement(subject: &Subject) {
    let sql = guests(subject).await;
    for wrong in [
        "SELECT id FROM nobody",
        "SELECT age FROM guests",
        "SELECT \"age\" FROM guests",
        "DELETE FROM nobody",
        "CREATE INDEX i ON guests (age)",
        "CREATE TABLE guests (id BIGINT)",
    ] {
        assert_eq!(
            class(sql.execute(wrong, &[]).await),
            ErrorClass::Statement,
            "{wrong}"
        );
    }
}

/// Also if it has a comment.
pub async fn an_empty_statement_is_refused(subject: &Subject) {
    let sql = guests(subject).await;
    for nothing in ["", " ", ";", ";;", "-- nothing", "/* nothing */"] {
        assert_eq!(
            class(sql.query(nothing, &[]).await),
            ErrorClass::Statement,
            "{nothing:?}"
        );
        assert_eq!(
            class(sql.execute(nothing, &[]).await),
            ErrorClass::Statement,
            "{nothing:?}"
        );
    }
}

/// Whatever the second one is, and nothing happens.
pub async fn several_statements_are_refused(subject: &Subject) {
    let sql = guests(subject).await;
    for second in [
        "SELECT 2",
        "DELETE FROM guests",
        "DROP TABLE guests; --",
        "no SQL",
        "/**/SELECT 2",
    ] {
        let statements = format!("SELECT 1; {second}");
        assert_eq!(
            class(sql.query(&statements, &[]).await),
            ErrorClass::Forbidden,
            "{second}"
        );
        let statements = format!("INSERT INTO guests VALUES (4, 'Mallory'); {second}");
        assert_eq!(
            class(sql.execute(&statements, &[]).await),
            ErrorClass::Forbidden,
            "{second}"
        );
    }
    let many = "SELECT 1;".repeat(20_000);
    assert_eq!(class(sql.query(&many, &[]).await), ErrorClass::Forbidden);
    assert_eq!(sql.number("SELECT count(*) FROM guests").await, 3);
}

/// They are no second statement, and neither is a semicolon in a text.
pub async fn an_end_and_comments_are_allowed(subject: &Subject) {
    let sql = guests(subject).await;
    for statement in [
        "SELECT 1;",
        "SELECT 1 ; ; \n",
        "SELECT 1 -- one; two",
        "/* first; */ SELECT 1; -- end",
        "SELECT 1 WHERE 'a;b' <> ';'",
    ] {
        let one = sql.value(statement, &[]).await.unwrap();
        assert_eq!(one, Value::Integer(1), "{statement}");
    }
}

/// Although it is compiled once.
pub async fn a_statement_follows_changes_of_its_table(subject: &Subject) {
    let sql = guests(subject).await;
    let all = "SELECT * FROM guests WHERE id = $1";
    for id in 1..=3 {
        let outcome = sql.query(all, &[id.into()]).await.unwrap();
        assert_eq!((outcome.columns.len(), outcome.rows.len()), (2, 1));
    }
    sql.execute("ALTER TABLE guests ADD COLUMN age BIGINT", &[])
        .await
        .unwrap();
    let outcome = sql.query(all, &[1.into()]).await.unwrap();
    assert_eq!(outcome.columns, ["id", "name", "age"]);
    assert_eq!(outcome.rows[0].values.len(), 3);
    sql.execute("DROP TABLE guests", &[]).await.unwrap();
    assert_eq!(
        class(sql.query(all, &[1.into()]).await),
        ErrorClass::Statement
    );
}

/// Whatever they contain.
pub async fn parameters_are_never_statements(subject: &Subject) {
    let sql = guests(subject).await;
    for (id, attack) in [
        "'; DROP TABLE guests; --",
        "\"; DROP TABLE guests; --",
        "') OR 1=1 --",
        "1; ATTACH 'x' AS y",
        "$1",
        "\\'; DELETE FROM guests",
        "\u{2019}; DROP TABLE guests",
    ]
    .into_iter()
    .enumerate()
    {
        let select = sql.query("SELECT id FROM guests WHERE name = $1", &[attack.into()]);
        assert!(select.await.unwrap().rows.is_empty(), "{attack}");
        let values = [
            Value::Integer(100 + i64::try_from(id).unwrap()),
            attack.into(),
        ];
        sql.execute("INSERT INTO guests VALUES ($1, $2)", &values)
            .await
            .unwrap();
        let stored = sql
            .value("SELECT name FROM guests WHERE id = $1", &values[..1])
            .await;
        assert_eq!(stored.unwrap(), Value::from(attack));
    }
    assert_eq!(sql.number("SELECT count(*) FROM guests").await, 10);
}
