//! The messages of `capwire:sql` have the encodings that all SDKs share, in `sdks/vectors.txt`.
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_contracts::codec::{decode, encode};
use capwire_contracts::sql::{Outcome, Request, Row, Statement, TransactionRequest, Value};
use proptest::prelude::*;
use std::path::Path;

fn request() -> Request {
    Request {
        sql: "SELECT $1".to_owned(),
        parameters: vec![
            Value::Null,
            Value::Boolean(true),
            Value::Integer(-5),
            Value::Float(1.5),
            Value::Text("t".to_owned()),
            Value::Bytes(vec![1, 2]),
            Value::Timestamp(1_700_000_000_000_000),
            Value::Uuid("67e55044-10b1-426f-9247-bb680e5fe0c8".to_owned()),
            Value::Json("[1]".to_owned()),
        ],
    }
}

/// Returns the bytes of the vectors of one kind and message.
fn vectors(kind: &str, message: &str) -> Vec<Vec<u8>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdks/vectors.txt");
    let text = std::fs::read_to_string(file).unwrap();
    let start = format!("{kind} {message} ");
    let found: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix(&start))
        .collect();
    assert!(!found.is_empty(), "{start}");
    let digits = |hex: &str, at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let bytes = |hex: &&str| {
        (0..hex.len())
            .step_by(2)
            .map(|at| digits(hex, at))
            .collect()
    };
    found.iter().map(bytes).collect()
}

#[test]
fn messages_have_the_recorded_bytes() {
    let transaction = TransactionRequest {
        statements: vec![Statement {
            sql: "x".to_owned(),
            required_changes: 1,
            ..Statement::default()
        }],
    };
    let outcome = Outcome {
        columns: vec!["a".to_owned()],
        rows: vec![Row {
            values: vec![1.into()],
        }],
        changes: 3,
    };
    assert_eq!(
        vectors("exact", "sql.Request"),
        [encode(&request()).unwrap()]
    );
    assert_eq!(
        vectors("exact", "sql.TransactionRequest"),
        [encode(&transaction).unwrap()]
    );
    assert_eq!(vectors("exact", "sql.Outcome"), [encode(&outcome).unwrap()]);
    for bytes in vectors("accepted", "sql.Request") {
        assert_eq!(decode(&bytes), Ok(request()));
    }
    for bytes in vectors("malformed", "sql.Request") {
        assert!(decode::<Request>(&bytes).is_err(), "{bytes:x?}");
    }
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Float),
        any::<String>().prop_map(Value::Text),
        any::<Vec<u8>>().prop_map(Value::Bytes),
        any::<i64>().prop_map(Value::Timestamp),
        any::<String>().prop_map(Value::Uuid),
        any::<String>().prop_map(Value::Json),
    ]
}

proptest! {
    #[test]
    fn values_survive_encoding(sql: String, parameters in prop::collection::vec(values(), 0..8)) {
        let request = Request { sql, parameters };
        prop_assert_eq!(decode(&encode(&request).unwrap()), Ok(request));
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes: Vec<u8>) {
        let _ = decode::<Request>(&bytes);
        let _ = decode::<Outcome>(&bytes);
    }
}
