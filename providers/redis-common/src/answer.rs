//! The answers of scripts.

use crate::failure::Failure;
use redis::Value;

/// The result of a script.
pub enum Outcome {
    /// The script did its work, with this result.
    Done(Value),
    /// The script did nothing, for the reason with this number.
    Refused(i64),
}

impl Outcome {
    /// Reads the answer of a script: an array of a number, which is 0 if the script did its work, and a value.
    ///
    /// # Errors
    /// Returns [`Failure::BadAnswer`] if the answer has another form.
    pub fn of(answer: Value) -> Result<Self, Failure> {
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
