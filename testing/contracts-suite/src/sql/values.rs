//! Typed values, both ways.

use super::{Client, Subject, class};
use capwire_contracts::sql::{ErrorClass, Value};

/// A table with a column for each type.
const TABLE: &str = "CREATE TABLE typed (id BIGINT PRIMARY KEY, yes BOOLEAN, number BIGINT, \
     real DOUBLE PRECISION, words TEXT, raw BYTEA, at TIMESTAMP WITH TIME ZONE, uid UUID, doc JSON)";
const COLUMNS: [&str; 8] = ["yes", "number", "real", "words", "raw", "at", "uid", "doc"];
const UUID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

fn examples() -> [Value; 8] {
    [
        Value::Boolean(true),
        Value::Integer(-5),
        Value::Float(1.5),
        Value::Text("Grüße".to_owned()),
        Value::Bytes(vec![0, 255]),
        Value::Timestamp(1_700_000_000_123_456),
        Value::Uuid(UUID.to_owned()),
        Value::Json(r#"{"a": [1, null]}"#.to_owned()),
    ]
}

async fn table(subject: &Subject) -> Client<'_> {
    let sql = subject.client().await;
    sql.execute(TABLE, &[]).await.unwrap();
    sql
}

/// Writes a value to a column, and reads it.
async fn through(sql: &Client<'_>, column: &str, value: Value) -> Value {
    sql.execute("DELETE FROM typed", &[]).await.unwrap();
    let insert = format!("INSERT INTO typed (id, {column}) VALUES (1, $1)");
    sql.execute(&insert, &[value]).await.unwrap();
    let select = format!("SELECT {column} FROM typed");
    sql.value(&select, &[]).await.unwrap()
}

/// A value of each type, alone and in one row.
pub async fn each_type_of_value_comes_back(subject: &Subject) {
    let sql = table(subject).await;
    for (column, value) in COLUMNS.into_iter().zip(examples()) {
        assert_eq!(
            through(&sql, column, value.clone()).await,
            value,
            "{column}"
        );
    }
    sql.execute("DELETE FROM typed", &[]).await.unwrap();
    let insert = "INSERT INTO typed VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8)";
    sql.execute(insert, &examples()).await.unwrap();
    let all = sql.query("SELECT * FROM typed", &[]).await.unwrap();
    assert_eq!(all.columns[1..], COLUMNS);
    assert_eq!(all.rows[0].values[1..], examples());
}

/// Of each column.
pub async fn null_comes_back_from_each_type(subject: &Subject) {
    let sql = table(subject).await;
    for column in COLUMNS {
        assert_eq!(
            through(&sql, column, Value::Null).await,
            Value::Null,
            "{column}"
        );
    }
}

/// From the least to the greatest.
pub async fn integers_have_64_bits(subject: &Subject) {
    let sql = table(subject).await;
    for integer in [
        i64::MIN,
        i64::MIN + 1,
        -1,
        0,
        1 << 53,
        (1 << 53) + 1,
        i64::MAX,
    ] {
        let value = Value::Integer(integer);
        assert_eq!(through(&sql, "number", value.clone()).await, value);
    }
}

/// Also where a text of them would not.
pub async fn floats_keep_their_bits(subject: &Subject) {
    let sql = table(subject).await;
    for float in [
        0.1,
        -2.5e-300,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::EPSILON,
        1e15 + 0.3,
        3.0,
    ] {
        let value = Value::Float(float);
        assert_eq!(through(&sql, "real", value.clone()).await, value);
    }
}

/// Also quotes, and what looks like SQL.
pub async fn texts_of_any_characters_come_back(subject: &Subject) {
    let sql = table(subject).await;
    for text in [
        "'",
        "\"",
        "''--",
        "$1",
        "\\",
        "%_",
        "\u{1F980} \u{202E}",
        "line\nline\t",
        "NULL",
    ] {
        let value = Value::from(text);
        assert_eq!(through(&sql, "words", value.clone()).await, value);
    }
}

/// Also zero.
pub async fn bytes_of_all_values_come_back(subject: &Subject) {
    let sql = table(subject).await;
    for bytes in [(0..=255).collect(), vec![], vec![0; 10_000]] {
        let value = Value::Bytes(bytes);
        assert_eq!(through(&sql, "raw", value.clone()).await, value);
    }
}

/// Before and after the epoch.
pub async fn points_in_time_keep_their_microseconds(subject: &Subject) {
    let sql = table(subject).await;
    for time in [
        0,
        1,
        -1,
        999_999,
        -62_135_596_800_000_000,
        253_402_300_799_999_999,
    ] {
        let value = Value::Timestamp(time);
        assert_eq!(through(&sql, "at", value.clone()).await, value);
    }
    let two = [
        Value::Timestamp(-1),
        Value::Timestamp(1_700_000_000_000_001),
    ];
    sql.execute("INSERT INTO typed (id, at) VALUES (2, $1), (3, $2)", &two)
        .await
        .unwrap();
    let latest = sql
        .query("SELECT at FROM typed ORDER BY at", &[])
        .await
        .unwrap();
    assert_eq!(latest.rows[0].values, [Value::Timestamp(-1)]);
}

/// As in one known database it is.
pub async fn an_empty_text_is_not_null(subject: &Subject) {
    let sql = table(subject).await;
    assert_eq!(through(&sql, "words", "".into()).await, Value::from(""));
    let count = "SELECT count(*) FROM typed WHERE words IS NULL";
    assert_eq!(sql.number(count).await, 0);
}

/// A default that the database sets.
pub async fn the_current_time_is_a_point_in_time(subject: &Subject) {
    let sql = subject.client().await;
    let create =
        "CREATE TABLE clock (id BIGINT, at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP)";
    sql.execute(create, &[]).await.unwrap();
    sql.execute("INSERT INTO clock (id) VALUES (1)", &[])
        .await
        .unwrap();
    let time = sql.value("SELECT at FROM clock", &[]).await.unwrap();
    // After November 2023.
    assert!(
        time.timestamp().unwrap() > 1_700_000_000_000_000,
        "{time:?}"
    );
}

/// And nothing is written. Capital letters are not wrong.
pub async fn a_malformed_uuid_is_refused(subject: &Subject) {
    let sql = table(subject).await;
    for wrong in [
        "",
        "67e5504410b1426f9247bb680e5fe0c",
        "67e55044-10b1-426f-9247-bb680e5fe0cg",
    ] {
        let insert = sql.execute(
            "INSERT INTO typed (id, uid) VALUES (1, $1)",
            &[Value::Uuid(wrong.into())],
        );
        assert_eq!(class(insert.await), ErrorClass::Statement, "{wrong}");
    }
    let capitals = Value::Uuid(UUID.to_ascii_uppercase());
    assert_eq!(
        through(&sql, "uid", capitals).await,
        Value::Uuid(UUID.to_owned())
    );
}

/// And nothing is written.
pub async fn malformed_json_is_refused(subject: &Subject) {
    let sql = table(subject).await;
    for wrong in ["", "{", "[1,]", "nul", "1 2"] {
        let insert = sql.execute(
            "INSERT INTO typed (id, doc) VALUES (1, $1)",
            &[Value::Json(wrong.into())],
        );
        assert_eq!(class(insert.await), ErrorClass::Statement, "{wrong}");
    }
    for json in ["null", "0", "\"text\"", "[]"] {
        let value = Value::Json(json.to_owned());
        assert_eq!(through(&sql, "doc", value.clone()).await, value);
    }
}
