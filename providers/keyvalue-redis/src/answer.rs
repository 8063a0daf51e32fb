//! The answers of the server, as the values that operations need.

use crate::failure::{Failure, Refusal};
use redis::Value;

/// The result of a script.
pub(crate) enum Outcome {
    Done(Value),
    /// The script did nothing, for the reason with this number.
    Refused(i64),
}

impl Outcome {
    /// Reads the answer of a script: an array of a number, which is 0 if the script did its work, and a value.
    pub(crate) fn of(answer: Value) -> Result<Self, Failure> {
        let Value::Array(parts) = answer else {
            return Err(Failure::BadAnswer);
        };
        let mut parts = parts.into_iter();
        match (parts.next(), parts.next()) {
            (Some(Value::Int(0)), Some(value)) => Ok(Self::Done(value)),
            (Some(Value::Int(reason)), _) => Ok(Self::Refused(reason)),
            _ => Err(Failure::BadAnswer),
        }
    }
}

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
    use super::{Outcome, number, text, texts};
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
