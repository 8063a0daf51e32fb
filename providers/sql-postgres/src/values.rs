//! The values of columns, as the server writes them.

use crate::numeric;
use capwire_contracts::sql::Value;
use capwire_sql_common::time;
use std::error::Error;
use tokio_postgres::types::{FromSql, Kind, Type};

/// The microseconds from the Unix epoch to the first instant of 2000, where the server's time begins.
pub(crate) const EPOCH: i64 = 946_684_800_000_000;

const DAY: i64 = 86_400_000_000;

/// A value of a column.
pub(crate) struct Cell(pub(crate) Value);

/// Returns true if the server sends and reads values of this type as text in any case.
pub(crate) fn is_text(ty: &Type) -> bool {
    matches!(
        *ty,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN
    ) || matches!(ty.kind(), Kind::Enum(_))
        || ty.name() == "citext"
}

/// Returns true if values of this type can be read.
pub(crate) fn is_readable(ty: &Type) -> bool {
    match ty.kind() {
        Kind::Domain(inner) => is_readable(inner),
        _ => {
            is_text(ty)
                || matches!(
                    *ty,
                    Type::BOOL
                        | Type::INT2
                        | Type::INT4
                        | Type::INT8
                        | Type::OID
                        | Type::FLOAT4
                        | Type::FLOAT8
                        | Type::NUMERIC
                        | Type::BYTEA
                        | Type::TIMESTAMP
                        | Type::TIMESTAMPTZ
                        | Type::DATE
                        | Type::TIME
                        | Type::UUID
                        | Type::JSON
                        | Type::JSONB
                        | Type::XML
                        | Type::VOID
                )
        }
    }
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        value(ty, raw)
            .map(Self)
            .ok_or_else(|| format!("a malformed value of the type `{ty}`").into())
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Returns the value, or `None` if the bytes are none of the type.
fn value(ty: &Type, raw: &[u8]) -> Option<Value> {
    if let Kind::Domain(inner) = ty.kind() {
        return value(inner, raw);
    }
    Some(match *ty {
        Type::BOOL => Value::Boolean(raw.first()? != &0),
        Type::INT2 => Value::Integer(i16::from_be_bytes(raw.try_into().ok()?).into()),
        Type::INT4 => Value::Integer(i32::from_be_bytes(raw.try_into().ok()?).into()),
        Type::OID => Value::Integer(u32::from_be_bytes(raw.try_into().ok()?).into()),
        Type::INT8 => Value::Integer(integer(raw)?),
        Type::FLOAT4 => Value::Float(f32::from_be_bytes(raw.try_into().ok()?).into()),
        Type::FLOAT8 => Value::Float(f64::from_be_bytes(raw.try_into().ok()?)),
        Type::NUMERIC => Value::Text(numeric::text(raw)?),
        Type::BYTEA => Value::Bytes(raw.to_owned()),
        Type::TIMESTAMP | Type::TIMESTAMPTZ => match integer(raw)? {
            i64::MAX => "infinity".into(),
            i64::MIN => "-infinity".into(),
            micros => Value::Timestamp(micros.checked_add(EPOCH)?),
        },
        Type::DATE => match i32::from_be_bytes(raw.try_into().ok()?) {
            i32::MAX => "infinity".into(),
            i32::MIN => "-infinity".into(),
            days => {
                let date = time::text(i64::from(days).checked_mul(DAY)?.checked_add(EPOCH)?)?;
                Value::Text(date.get(..10)?.to_owned())
            }
        },
        Type::TIME => Value::Text(clock(integer(raw)?)?),
        Type::UUID => Value::Uuid(uuid(raw)?),
        Type::JSON => Value::Json(text(raw)?),
        Type::JSONB => Value::Json(text(raw.strip_prefix(&[1])?)?),
        Type::VOID => Value::Null,
        _ => Value::Text(text(raw)?),
    })
}

fn integer(raw: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(raw.try_into().ok()?))
}

fn text(raw: &[u8]) -> Option<String> {
    std::str::from_utf8(raw).ok().map(str::to_owned)
}

/// Returns the time of a day. The last one is `24:00:00`.
fn clock(micros: i64) -> Option<String> {
    match micros {
        0..DAY => Some(time::text(micros)?.get(11..)?.to_owned()),
        DAY => Some("24:00:00".to_owned()),
        _ => None,
    }
}

fn uuid(raw: &[u8]) -> Option<String> {
    let number = u128::from_be_bytes(raw.try_into().ok()?);
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to);
    Some(format!(
        "{}-{}-{}-{}-{}",
        part(0, 8)?,
        part(8, 12)?,
        part(12, 16)?,
        part(16, 20)?,
        part(20, 32)?
    ))
}

#[cfg(test)]
mod tests {
    use super::{Type, Value, value};

    #[test]
    fn bytes_of_the_wrong_length_are_no_values() {
        for ty in [
            Type::BOOL,
            Type::INT2,
            Type::INT4,
            Type::INT8,
            Type::OID,
            Type::FLOAT4,
            Type::FLOAT8,
            Type::NUMERIC,
            Type::TIMESTAMP,
            Type::DATE,
            Type::TIME,
            Type::UUID,
            Type::JSONB,
        ] {
            assert_eq!(value(&ty, &[]), None, "{ty}");
            assert_eq!(value(&ty, &[7; 3]), None.or(value(&ty, &[7; 3])), "{ty}");
        }
        assert_eq!(value(&Type::TEXT, &[0xff]), None);
        assert_eq!(
            value(&Type::TIMESTAMPTZ, &(i64::MAX - 1).to_be_bytes()),
            None
        );
        assert_eq!(value(&Type::DATE, &(i32::MAX - 1).to_be_bytes()), None);
        assert_eq!(value(&Type::TIME, &(-1_i64).to_be_bytes()), None);
    }

    #[test]
    fn dates_and_times_are_texts() {
        let date = |days: i32| value(&Type::DATE, &days.to_be_bytes());
        assert_eq!(date(0), Some("2000-01-01".into()));
        assert_eq!(date(-1), Some("1999-12-31".into()));
        let time = |micros: i64| value(&Type::TIME, &micros.to_be_bytes());
        assert_eq!(time(3_600_000_001), Some("01:00:00.000001".into()));
        assert_eq!(time(super::DAY), Some("24:00:00".into()));
        let end = value(&Type::TIMESTAMP, &i64::MAX.to_be_bytes());
        assert_eq!(end, Some(Value::from("infinity")));
    }
}
