//! The answers of the server, as the values that operations need.

use crate::refusal::Refusal;
use capwire_redis_common::Failure;
use redis::Value;

/// Returns a number.
pub(crate) fn number(answer: &Value) -> Result<i64, Failure> {
    match answer {
        Value::Int(number) => Ok(*number),
        _ => Err(Failure::BadAnswer),
    }
}

/// Returns a text, or `None` if the server has none.
pub(crate) fn text(answer: Value) -> Result<Option<String>, Failure> {
    match answer {
        Value::Nil => Ok(None),
        Value::BulkString(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Refusal::NotText.into()),
        },
        _ => Err(Failure::BadAnswer),
    }
}

/// Returns the texts of an array.
pub(crate) fn texts(answer: Value) -> Result<Vec<String>, Failure> {
    let Value::Array(values) = answer else {
        return Err(Failure::BadAnswer);
    };
    let texts = values.into_iter().map(|value| match text(value)? {
        Some(text) => Ok(text),
        None => Err(Failure::BadAnswer),
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::{number, text, texts};
    use capwire_redis_common::Outcome;
    use redis::Value;

    #[test]
    fn an_answer_of_another_form_is_an_error() {
        let bytes = |bytes: &[u8]| Value::BulkString(bytes.to_vec());
        for odd in [Value::Nil, Value::Okay, Value::Array(vec![])] {
            assert!(Outcome::of(odd.clone()).is_err(), "{odd:?}");
            assert!(number(&odd).is_err(), "{odd:?}");
        }
        assert!(
            Outcome::of(Value::Array(vec![Value::Int(0)]))
                .is_ok_and(|outcome| matches!(outcome, Outcome::Refused(0)))
        );
        assert!(text(Value::Int(1)).is_err());
        assert!(text(bytes(&[0xff])).is_err());
        assert!(texts(Value::Array(vec![Value::Nil])).is_err());
        assert!(texts(bytes(b"text")).is_err());
        assert_eq!(texts(Value::Array(vec![bytes(b"a")])).unwrap(), ["a"]);
    }
}
