//! Values of the types that only PostgreSQL has.

use crate::subject::subject;
use capwire_contracts::sql::{ErrorClass, Value};
use capwire_contracts_suite::sql::class;

#[tokio::test]
async fn columns_of_each_type_are_read() {
    let subject = subject();
    let sql = subject.client().await;
    let json = |text: &str| Value::Json(text.to_owned());
    for (expression, expected) in [
        ("true", Value::Boolean(true)),
        ("2::smallint", Value::Integer(2)),
        ("3::integer", Value::Integer(3)),
        ("4::oid", Value::Integer(4)),
        ("0.5::real", Value::Float(0.5)),
        ("'NaN'::numeric", "NaN".into()),
        (
            "12345678901234567890.123400::numeric",
            "12345678901234567890.123400".into(),
        ),
        ("-0.00001::numeric", "-0.00001".into()),
        ("1e30::numeric", format!("1{}", "0".repeat(30)).into()),
        ("sum(x) FROM (VALUES (1::bigint), (2)) AS t (x)", "3".into()),
        ("'a'::varchar(5)", "a".into()),
        ("'a'::char(3)", "a  ".into()),
        ("'a'::name", "a".into()),
        ("date '2026-11-30'", "2026-11-30".into()),
        ("time '11:22:33.5'", "11:22:33.500000".into()),
        (
            "timestamp '1970-01-01 00:00:01'",
            Value::Timestamp(1_000_000),
        ),
        ("timestamptz '1970-01-01 01:00:00+01'", Value::Timestamp(0)),
        ("timestamptz 'infinity'", "infinity".into()),
        (
            "'{\"b\": 1, \"a\": 2}'::jsonb",
            json("{\"a\": 2, \"b\": 1}"),
        ),
        ("pg_sleep(0)", Value::Null),
        ("NULL::int[]::text", Value::Null),
    ] {
        let found = sql.value(&format!("SELECT {expression}"), &[]).await;
        assert_eq!(found.unwrap(), expected, "{expression}");
    }
}

#[tokio::test]
async fn columns_of_other_types_are_refused() {
    let subject = subject();
    let sql = subject.client().await;
    for (unreadable, readable) in [
        ("interval '1 day'", "(interval '1 day')::text"),
        ("ARRAY[1, 2]", "to_json(ARRAY[1, 2])"),
        ("ROW(1, 2)", "to_jsonb(ROW(1, 2))"),
    ] {
        let refused = sql.query(&format!("SELECT {unreadable}"), &[]).await;
        assert_eq!(class(refused), ErrorClass::Statement, "{unreadable}");
        sql.query(&format!("SELECT {readable}"), &[]).await.unwrap();
    }
}

#[tokio::test]
async fn values_fit_parameters_of_other_types() {
    let subject = subject();
    let sql = subject.client().await;
    let uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    for (parameter, value, expected) in [
        ("$1::smallint", Value::Integer(-2), Value::Integer(-2)),
        ("$1::numeric", Value::Integer(7), "7".into()),
        ("$1::numeric", "1.50".into(), "1.50".into()),
        ("$1::numeric", Value::Float(0.25), "0.25".into()),
        ("$1::real", Value::Float(0.1), Value::Float(0.1_f32.into())),
        (
            "$1::double precision",
            Value::Float(f64::NEG_INFINITY),
            Value::Float(f64::NEG_INFINITY),
        ),
        ("$1::double precision", Value::Integer(3), Value::Float(3.0)),
        ("$1::text", Value::Integer(5), "5".into()),
        ("$1::text", Value::Uuid(uuid.to_owned()), uuid.into()),
        ("$1::uuid", uuid.into(), Value::Uuid(uuid.to_owned())),
        ("$1::date", "2026-11-30".into(), "2026-11-30".into()),
        (
            "$1::jsonb",
            Value::Json("[1]".to_owned()),
            Value::Json("[1]".to_owned()),
        ),
        ("$1::boolean", "yes".into(), Value::Boolean(true)),
        (
            "($1::interval)::text",
            "90 minutes".into(),
            "01:30:00".into(),
        ),
        ("$1", "text".into(), "text".into()),
    ] {
        let found = sql.value(&format!("SELECT {parameter}"), &[value]).await;
        assert_eq!(found.unwrap(), expected, "{parameter}");
    }
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused() {
    let subject = subject();
    let sql = subject.client().await;
    for (parameter, value) in [
        ("$1::smallint", Value::Integer(70_000)),
        ("$1::smallint", "no number".into()),
        ("$1::text", Value::Bytes(vec![1])),
        ("$1::date", Value::Timestamp(0)),
        ("$1::timestamptz", Value::Timestamp(i64::MIN)),
        (
            "$1::timestamptz",
            Value::Timestamp(-300_000_000_000_000_000),
        ),
        ("$1::text", "a\0b".into()),
        ("$1::boolean", Value::Integer(7)),
    ] {
        let refused = sql.query(&format!("SELECT {parameter}"), &[value]).await;
        assert_eq!(class(refused), ErrorClass::Statement, "{parameter}");
    }
}

#[tokio::test]
async fn columns_of_own_types_are_texts() {
    let subject = subject();
    let sql = subject.client().await;
    for definition in [
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "CREATE DOMAIN cents AS BIGINT CHECK (VALUE >= 0)",
        "CREATE TABLE a (mood mood, price cents)",
    ] {
        sql.execute(definition, &[]).await.unwrap();
    }
    let insert = "INSERT INTO a VALUES ($1, $2) RETURNING mood, price";
    let values = ["good".into(), Value::Integer(5)];
    let outcome = sql.execute(insert, &values).await.unwrap();
    assert_eq!(outcome.rows[0].values, values);
    let wrong = ["none".into(), Value::Integer(5)];
    assert_eq!(
        class(sql.execute(insert, &wrong).await),
        ErrorClass::Statement
    );
    let wrong = ["bad".into(), Value::Integer(-5)];
    assert_eq!(
        class(sql.execute(insert, &wrong).await),
        ErrorClass::Constraint
    );
}
