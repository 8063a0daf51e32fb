//! The values of parameters, as the server reads them.

use crate::failure::Failure;
use crate::values::{EPOCH, is_text};
use bytes::BytesMut;
use capwire_contracts::sql::Value;
use serde::de::IgnoredAny;
use std::error::Error;
use std::fmt;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

/// A value for a parameter: none, bytes in the form of its type, or a text that the server converts.
pub(crate) enum Parameter {
    Null,
    Binary(Vec<u8>),
    Text(String),
}

/// The library writes parameters to its log, so that this must not show them.
impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Parameter {
    /// Returns `value` for a parameter of this type.
    pub(crate) fn new(value: Value, ty: &Type) -> Result<Self, Failure> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Text(value.to_string()),
            Value::Integer(value) if *ty == Type::INT8 => Self::Binary(value.to_be_bytes().into()),
            Value::Integer(value) => Self::Text(value.to_string()),
            Value::Float(value) if *ty == Type::FLOAT8 => Self::Binary(value.to_be_bytes().into()),
            Value::Float(value) => Self::Text(format!("{value:?}")),
            Value::Text(value) => Self::Text(value),
            Value::Bytes(value) if *ty == Type::BYTEA => Self::Binary(value),
            Value::Bytes(_) => return Err(unfit("bytes", "bytea", ty)),
            Value::Timestamp(value) if *ty == Type::TIMESTAMPTZ || *ty == Type::TIMESTAMP => {
                let moved = value.checked_sub(EPOCH);
                let moved = moved.ok_or_else(|| {
                    Failure::wrong("a point in time is before those that the server has")
                })?;
                Self::Binary(moved.to_be_bytes().into())
            }
            Value::Timestamp(_) => return Err(unfit("a point in time", "timestamptz", ty)),
            Value::Uuid(value) => {
                let uuid = value.to_ascii_lowercase();
                match capwire_sql_common::is_uuid(&uuid) {
                    true => Self::Text(uuid),
                    false => {
                        return Err(Failure::wrong(
                            "a UUID has another form than `67e55044-10b1-426f-9247-bb680e5fe0c8`",
                        ));
                    }
                }
            }
            Value::Json(value) => match serde_json::from_str::<IgnoredAny>(&value) {
                Ok(_) => Self::Text(value),
                Err(error) => return Err(Failure::wrong(format!("malformed JSON: {error}"))),
            },
            _ => return Err(Failure::wrong("PostgreSQL has no values of this type")),
        })
    }
}

fn unfit(value: &str, wanted: &str, ty: &Type) -> Failure {
    Failure::wrong(format!(
        "{value} for a parameter of the type `{ty}`: write its type, as in `$1::{wanted}`"
    ))
}

impl ToSql for Parameter {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Binary(bytes) => out.extend_from_slice(bytes),
            Self::Text(text) => out.extend_from_slice(text.as_bytes()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, ty: &Type) -> Format {
        match self {
            Self::Text(_) if !is_text(ty) => Format::Text,
            _ => Format::Binary,
        }
    }

    to_sql_checked!();
}
