//! The conversion of values. SQLite stores integers, floating-point numbers, texts and bytes; the
//! declared type of a column says that they are something else.

use crate::failure::Failure;
use capwire_contracts::sql::Value;
use capwire_sql_common::{is_uuid, time};
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde::de::IgnoredAny;

/// The meaning of a column, which its declared type tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Plain,
    Boolean,
    Timestamp,
    Uuid,
    Json,
}

impl Meaning {
    /// Returns the meaning of a declared type, such as `BOOLEAN` or `TIMESTAMP WITH TIME ZONE`.
    pub(crate) fn of(declared: Option<&str>) -> Self {
        let declared = declared.unwrap_or_default();
        let end = declared.find(|c: char| !c.is_ascii_alphabetic());
        let word = declared.get(..end.unwrap_or(declared.len()));
        match word.unwrap_or_default().to_ascii_uppercase().as_str() {
            "BOOL" | "BOOLEAN" => Self::Boolean,
            "TIMESTAMP" | "TIMESTAMPTZ" | "DATETIME" => Self::Timestamp,
            "UUID" => Self::Uuid,
            "JSON" => Self::Json,
            _ => Self::Plain,
        }
    }
}

/// Returns the value that SQLite stores for a parameter.
pub(crate) fn stored(value: Value) -> Result<ToSqlOutput<'static>, Failure> {
    use rusqlite::types::Value as Stored;
    Ok(ToSqlOutput::Owned(match value {
        Value::Null => Stored::Null,
        Value::Boolean(value) => Stored::Integer(value.into()),
        Value::Integer(value) => Stored::Integer(value),
        // SQLite would make it NULL.
        Value::Float(value) if value.is_nan() => {
            return Err(Failure::wrong("SQLite has no floating-point number NaN"));
        }
        Value::Float(value) => Stored::Real(value),
        Value::Text(value) => Stored::Text(value),
        Value::Bytes(value) => Stored::Blob(value),
        Value::Timestamp(value) => {
            let text = time::text(value);
            Stored::Text(
                text.ok_or_else(|| Failure::wrong("a timestamp is outside the years 0 to 9999"))?,
            )
        }
        Value::Uuid(value) => {
            let uuid = value.to_ascii_lowercase();
            if !is_uuid(&uuid) {
                return Err(Failure::wrong(
                    "a UUID has another form than `67e55044-10b1-426f-9247-bb680e5fe0c8`",
                ));
            }
            Stored::Text(uuid)
        }
        Value::Json(value) => match serde_json::from_str::<IgnoredAny>(&value) {
            Ok(_) => Stored::Text(value),
            Err(error) => return Err(Failure::wrong(format!("malformed JSON: {error}"))),
        },
        _ => return Err(Failure::wrong("SQLite has no values of this type")),
    }))
}

/// Returns the value of a column. If it does not fit the declared type, it has its own type.
pub(crate) fn read(value: ValueRef<'_>, meaning: Meaning) -> Result<Value, Failure> {
    Ok(match (value, meaning) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(bit @ (0 | 1)), Meaning::Boolean) => Value::Boolean(bit == 1),
        (ValueRef::Integer(value), Meaning::Json) => Value::Json(value.to_string()),
        (ValueRef::Real(value), Meaning::Json) => match serde_json::to_string(&value) {
            Ok(json) => Value::Json(json),
            Err(_) => Value::Float(value),
        },
        (ValueRef::Integer(value), _) => Value::Integer(value),
        (ValueRef::Real(value), _) => Value::Float(value),
        (ValueRef::Blob(bytes), _) => Value::Bytes(bytes.to_owned()),
        (ValueRef::Text(bytes), meaning) => {
            let text = std::str::from_utf8(bytes);
            let text = text.map_err(|_| {
                Failure::wrong("a text is not UTF-8: read it with `CAST(… AS BLOB)`")
            })?;
            named(text, meaning)
        }
    })
}

fn named(text: &str, meaning: Meaning) -> Value {
    match meaning {
        Meaning::Timestamp => match time::parse(text) {
            Some(microseconds) => Value::Timestamp(microseconds),
            None => Value::Text(text.to_owned()),
        },
        Meaning::Uuid if is_uuid(text) => Value::Uuid(text.to_owned()),
        Meaning::Json => Value::Json(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}
