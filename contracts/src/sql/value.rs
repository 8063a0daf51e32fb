//! The values of parameters and columns.

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// The keys of the values that MessagePack does not have.
const TIMESTAMP: &str = "timestamp";
const UUID: &str = "uuid";
const JSON: &str = "json";

/// A value of a parameter or column. Two floating-point numbers are equal if their bits are.
///
/// ```
/// use capwire_contracts::sql::Value;
///
/// assert_eq!(Value::from("Ada"), Value::Text("Ada".to_owned()));
/// assert_eq!(Value::from(None::<i64>), Value::Null);
/// assert_eq!(Value::Integer(7).integer(), Some(7));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Value {
    /// NULL.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A point in time, in microseconds since the Unix epoch.
    Timestamp(i64),
    /// A UUID, such as `67e55044-10b1-426f-9247-bb680e5fe0c8`.
    Uuid(String),
    /// A document in JSON.
    Json(String),
}

impl Value {
    /// Returns true if the value is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the boolean, if the value is one.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the integer, if the value is one.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the floating-point number, if the value is one.
    #[must_use]
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the text, if the value is a text, a UUID or a document in JSON.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(value) | Self::Uuid(value) | Self::Json(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the bytes, if the value is bytes.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the point in time in microseconds since the Unix epoch, if the value is one.
    #[must_use]
    pub fn timestamp(&self) -> Option<i64> {
        match self {
            Self::Timestamp(value) => Some(*value),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) | (Self::Timestamp(a), Self::Timestamp(b)) => {
                a == b
            }
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b))
            | (Self::Uuid(a), Self::Uuid(b))
            | (Self::Json(a), Self::Json(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

macro_rules! values_from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

values_from! {
    bool => Boolean,
    i32 => Integer,
    i64 => Integer,
    u32 => Integer,
    f64 => Float,
    &str => Text,
    String => Text,
    &[u8] => Bytes,
    Vec<u8> => Bytes,
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, text) = match self {
            Self::Null => return serializer.serialize_unit(),
            Self::Boolean(value) => return serializer.serialize_bool(*value),
            Self::Integer(value) => return serializer.serialize_i64(*value),
            Self::Float(value) => return serializer.serialize_f64(*value),
            Self::Text(value) => return serializer.serialize_str(value),
            Self::Bytes(value) => return serializer.serialize_bytes(value),
            Self::Timestamp(value) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(TIMESTAMP, value)?;
                return map.end();
            }
            Self::Uuid(value) => (UUID, value),
            Self::Json(value) => (JSON, value),
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(key, text)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a database")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        let signed = i64::try_from(value);
        signed
            .map(Value::Integer)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &"an integer of 64 bits"))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(value.to_owned()))
    }

    /// Reads bytes in the form of 2020.
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = items.next_element()? {
            bytes.push(byte);
        }
        Ok(Value::Bytes(bytes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let key: Option<Cow<'de, str>> = map.next_key()?;
        let value = match key.as_deref() {
            Some(TIMESTAMP) => Value::Timestamp(map.next_value()?),
            Some(UUID) => Value::Uuid(map.next_value()?),
            Some(JSON) => Value::Json(map.next_value()?),
            _ => return Err(A::Error::custom("expected `timestamp`, `uuid` or `json`")),
        };
        match map.next_key::<IgnoredAny>()? {
            None => Ok(value),
            Some(_) => Err(A::Error::custom("expected one member in a value")),
        }
    }
}
