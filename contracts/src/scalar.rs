//! A scalar value. One visitor reads all kinds, because each further visitor adds 4 KB to an actor.

use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;

/// The maximum number of elements for which memory is reserved before they arrive, whatever length
/// an array claims.
const RESERVED_AHEAD: usize = 4096;

/// A value in the form in which it arrived.
pub(crate) enum Scalar<'de> {
    Nil,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Text(Cow<'de, str>),
    /// Bytes, or an array of numbers below 256, the form of bytes until 2020.
    Bytes(Cow<'de, [u8]>),
    /// A float, map or other array, which no field of this crate has.
    Other,
}

impl<'de> Scalar<'de> {
    /// Returns the bytes of a text or of a byte string.
    pub(crate) fn bytes<E: Error>(self) -> Result<Vec<u8>, E> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.into_owned()),
            Self::Text(text) => Ok(text.into_owned().into_bytes()),
            other => Err(other.mismatch("bytes")),
        }
    }

    /// Returns the integer if the value is an integer that fits into `T`.
    pub(crate) fn integer<T: TryFrom<i64> + TryFrom<u64>>(&self) -> Option<T> {
        match self {
            Self::Signed(number) => T::try_from(*number).ok(),
            Self::Unsigned(number) => T::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Returns an error that names the expected type.
    pub(crate) fn mismatch<E: Error>(&self, expected: &str) -> E {
        let unexpected = match self {
            Self::Nil => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Signed(number) => Unexpected::Signed(*number),
            Self::Unsigned(number) => Unexpected::Unsigned(*number),
            Self::Text(text) => Unexpected::Str(text),
            Self::Bytes(bytes) => Unexpected::Bytes(bytes),
            Self::Other => Unexpected::Other("another type"),
        };
        E::invalid_type(unexpected, &expected)
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Nil)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Signed(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Unsigned(number))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Bytes(Cow::Borrowed(bytes)))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Bytes(Cow::Owned(bytes.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar<'de>, A::Error> {
        let claimed = items.size_hint().unwrap_or(0);
        let mut bytes = Some(Vec::with_capacity(claimed.min(RESERVED_AHEAD)));
        while let Some(item) = items.next_element::<Scalar<'de>>()? {
            bytes = bytes.and_then(|bytes| pushed(bytes, item.integer()?));
        }
        Ok(bytes.map_or(Scalar::Other, |bytes| Scalar::Bytes(Cow::Owned(bytes))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<Scalar<'de>, Scalar<'de>>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_newtype_struct<D>(self, extension: D) -> Result<Scalar<'de>, D::Error>
    where
        D: Deserializer<'de>,
    {
        Scalar::deserialize(extension)?;
        Ok(Scalar::Other)
    }
}

fn pushed(mut bytes: Vec<u8>, byte: u8) -> Option<Vec<u8>> {
    bytes.push(byte);
    Some(bytes)
}
