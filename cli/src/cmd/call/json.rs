//! Lossless conversion between JSON and MessagePack.
//!
//! Values that JSON lacks become objects whose only key begins with `$`; see the help of the
//! command. A map whose first key begins with `$` is written as `$map`. Values survive the round
//! trip; the encoded size of numbers and lengths may change.

use data_encoding::BASE64;
use rmp::encode;
use rmpv::Value;
use rmpv::decode::read_value_with_max_depth;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::error::Error;
use std::fmt;

/// The maximum nesting of values, which is enough for every contract and possible in JSON.
const MAX_DEPTH: usize = 32;

const BYTES: &str = "$bytes";
const TEXT: &str = "$text";
const EXTENSION: &str = "$ext";
const SINGLE: &str = "$f32";
const DOUBLE: &str = "$f64";
const MAP: &str = "$map";

/// Returns the MessagePack encoding of a JSON text.
pub(in crate::cmd) fn to_message_pack(
    json: &[u8],
) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let Read(value) = serde_json::from_slice(json)?;
    let mut bytes = Vec::new();
    write(&mut bytes, &value)?;
    Ok(bytes)
}

/// Writes a value. The library would write a text that is not UTF-8 as bytes.
fn write(bytes: &mut Vec<u8>, value: &Value) -> Result<(), Box<dyn Error + Send + Sync>> {
    match value {
        Value::String(text) => {
            encode::write_str_len(bytes, u32::try_from(text.as_bytes().len())?)?;
            bytes.extend_from_slice(text.as_bytes());
        }
        Value::Array(values) => {
            encode::write_array_len(bytes, u32::try_from(values.len())?)?;
            for value in values {
                write(bytes, value)?;
            }
        }
        Value::Map(pairs) => {
            encode::write_map_len(bytes, u32::try_from(pairs.len())?)?;
            for (key, value) in pairs {
                write(bytes, key)?;
                write(bytes, value)?;
            }
        }
        plain => rmpv::encode::write_value(bytes, plain)?,
    }
    Ok(())
}

/// A MessagePack value as JSON text in several lines.
pub(in crate::cmd) struct Json {
    pub(in crate::cmd) text: String,
    /// True if a zero byte follows the value, as behind the messages of AssemblyScript of 2020.
    pub(super) ends_in_zero: bool,
}

/// Converts one MessagePack value.
pub(in crate::cmd) fn from_message_pack(
    bytes: &[u8],
) -> Result<Json, Box<dyn Error + Send + Sync>> {
    let mut rest = bytes;
    let value = read_value_with_max_depth(&mut rest, MAX_DEPTH)?;
    match rest {
        [] | [0] => Ok(Json {
            text: serde_json::to_string_pretty(&Written(&value))?,
            ends_in_zero: !rest.is_empty(),
        }),
        more => Err(format!("{} bytes follow after the value", more.len()).into()),
    }
}

/// A value as it is written in JSON.
struct Written<'a>(&'a Value);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Nil => serializer.serialize_unit(),
            Value::Boolean(value) => serializer.serialize_bool(*value),
            Value::Integer(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => serializer.serialize_u64(number),
                (None, Some(number)) => serializer.serialize_i64(number),
                (None, None) => Err(S::Error::custom("a number has more than 64 bits")),
            },
            Value::F32(number) => special(serializer, SINGLE, &Number(f64::from(*number))),
            Value::F64(number) if number.is_finite() => serializer.serialize_f64(*number),
            Value::F64(number) => special(serializer, DOUBLE, &Number(*number)),
            Value::String(text) => match text.as_str() {
                Some(text) => serializer.serialize_str(text),
                None => special(serializer, TEXT, &BASE64.encode(text.as_bytes())),
            },
            Value::Binary(bytes) => special(serializer, BYTES, &BASE64.encode(bytes)),
            Value::Array(values) => serializer.collect_seq(values.iter().map(Written)),
            Value::Map(pairs) => map(serializer, pairs),
            Value::Ext(kind, bytes) => {
                special(serializer, EXTENSION, &(kind, BASE64.encode(bytes)))
            }
        }
    }
}

fn special<S: Serializer>(
    serializer: S,
    key: &str,
    value: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

fn map<S: Serializer>(serializer: S, pairs: &[(Value, Value)]) -> Result<S::Ok, S::Error> {
    let Some(keys) = plain_keys(pairs) else {
        return special(serializer, MAP, &Pairs(pairs));
    };
    serializer.collect_map(
        keys.iter()
            .zip(pairs.iter().map(|(_, value)| Written(value))),
    )
}

/// Returns the keys, if a JSON object can have all of them.
fn plain_keys(pairs: &[(Value, Value)]) -> Option<Vec<&str>> {
    let keys: Vec<&str> = pairs
        .iter()
        .map(|(key, _)| key.as_str())
        .collect::<Option<_>>()?;
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    let twice = sorted.windows(2).any(|two| two.first() == two.last());
    let special = keys.first().is_some_and(|key| key.starts_with('$'));
    (!twice && !special).then_some(keys)
}

struct Pairs<'a>(&'a [(Value, Value)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (key, value) in self.0 {
            list.serialize_element(&(Written(key), Written(value)))?;
        }
        list.end()
    }
}

/// A number that JSON may not be able to express.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.is_finite() {
            true => serializer.serialize_f64(self.0),
            false => serializer.serialize_str(&self.0.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read(value) = Read::deserialize(deserializer)?;
        let number = match &value {
            Value::String(text) => text.as_str().and_then(|text| text.parse().ok()),
            other => other.as_f64(),
        };
        number
            .map(Self)
            .ok_or_else(|| D::Error::custom("expected a number"))
    }
}

/// A value as it is read from JSON.
struct Read(Value);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::F64(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Read(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut pairs: Vec<(Value, Value)> = Vec::new();
        while let Some(key) = object.next_key::<String>()? {
            if key.starts_with('$') && pairs.is_empty() {
                let value = object.next_value_seed(Special(&key))?;
                return match object.next_key::<String>()? {
                    None => Ok(value),
                    Some(_) => Err(A::Error::custom(format!(
                        "`{key}` must be the only key of its object"
                    ))),
                };
            }
            let Read(value) = object.next_value()?;
            pairs.push((key.into(), value));
        }
        Ok(Value::Map(pairs))
    }
}

/// The value after a key that begins with `$`.
struct Special<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Special<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.0 {
            BYTES => Ok(Value::Binary(Base64::deserialize(deserializer)?.0)),
            TEXT => {
                let bytes = Base64::deserialize(deserializer)?.0;
                text(&bytes).ok_or_else(|| D::Error::custom("the text is too long"))
            }
            EXTENSION => {
                let (kind, Base64(bytes)) = Deserialize::deserialize(deserializer)?;
                Ok(Value::Ext(kind, bytes))
            }
            SINGLE => {
                let Number(number) = Number::deserialize(deserializer)?;
                #[expect(clippy::cast_possible_truncation, reason = "it was an f32")]
                let number = number as f32;
                Ok(Value::F32(number))
            }
            DOUBLE => Ok(Value::F64(Number::deserialize(deserializer)?.0)),
            MAP => {
                let pairs = Vec::<(Read, Read)>::deserialize(deserializer)?;
                let pairs = pairs
                    .into_iter()
                    .map(|(Read(key), Read(value))| (key, value));
                Ok(Value::Map(pairs.collect()))
            }
            unknown => Err(D::Error::custom(format!(
                "`{unknown}` means nothing; write {{\"{MAP}\": [[\"{unknown}\", …]]}} for such a key"
            ))),
        }
    }
}

/// A text with arbitrary bytes, which only the decoder of the library can create.
fn text(bytes: &[u8]) -> Option<Value> {
    const STR_32: u8 = 0xdb;
    let length = u32::try_from(bytes.len()).ok()?.to_be_bytes();
    let encoded = [&[STR_32], &length[..], bytes].concat();
    rmpv::decode::read_value(&mut encoded.as_slice()).ok()
}

struct Base64(Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64.decode(text.as_bytes());
        bytes
            .map(Self)
            .map_err(|error| D::Error::custom(format!("invalid Base64: {error}")))
    }
}

#[cfg(test)]
mod tests;
