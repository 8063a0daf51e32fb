//! The encoder of MessagePack.
//!
//! Unlike that of `rmp-serde`, it writes signed fields in signed formats only. Actors in
//! AssemblyScript and TinyGo read no other format into a signed field, and refuse 128 in the
//! shortest one, which is unsigned.

use super::EncodeError;
use rmp::encode::{
    ValueWriteError, write_array_len, write_bin, write_bool, write_f32, write_f64, write_i16,
    write_i32, write_i64, write_map_len, write_nil, write_sint, write_str, write_uint,
};
use serde::ser::{self, Serialize, Serializer};
use std::fmt::Display;

/// Encodes one value at the end of `out`. If `UNIVERSAL`, names of fields come in camel case and in
/// snake case, and bytes are arrays of numbers.
pub(super) struct Encoder<'o, const UNIVERSAL: bool> {
    out: &'o mut Vec<u8>,
}

type Written = Result<(), EncodeError>;

impl<'o, const UNIVERSAL: bool> Encoder<'o, UNIVERSAL> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Writes the name of an enum's variant, whose content follows.
    fn variant(self, name: &str) -> Result<Self, EncodeError> {
        write_map_len(self.out, 1)?;
        write_str(self.out, name)?;
        Ok(self)
    }

    /// Begins a value of several items. The header of one of unknown length is inserted at its end.
    fn items(self, kind: Kind, length: Option<usize>) -> Result<Items<'o, UNIVERSAL>, EncodeError> {
        if let Some(length) = length {
            kind.write(self.out, length)?;
        }
        Ok(Items {
            start: self.out.len(),
            out: self.out,
            pending: length.is_none().then_some(kind),
            count: 0,
        })
    }

    /// Begins a map of named fields. Only its end knows how many have two names.
    fn fields(self, length: usize) -> Result<Items<'o, UNIVERSAL>, EncodeError> {
        self.items(Kind::Map, (!UNIVERSAL).then_some(length))
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Array,
    Map,
}

impl Kind {
    fn write(self, out: &mut Vec<u8>, length: usize) -> Written {
        let length = u32::try_from(length);
        let length = length.map_err(|_| EncodeError("it has too many items".to_owned()))?;
        match self {
            Self::Array => write_array_len(out, length)?,
            Self::Map => write_map_len(out, length)?,
        };
        Ok(())
    }
}

impl<'o, const UNIVERSAL: bool> Serializer for Encoder<'o, UNIVERSAL> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Items<'o, UNIVERSAL>;
    type SerializeTuple = Items<'o, UNIVERSAL>;
    type SerializeTupleStruct = Items<'o, UNIVERSAL>;
    type SerializeTupleVariant = Items<'o, UNIVERSAL>;
    type SerializeMap = Items<'o, UNIVERSAL>;
    type SerializeStruct = Items<'o, UNIVERSAL>;
    type SerializeStructVariant = Items<'o, UNIVERSAL>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Written {
        write_bool(self.out, value).map_err(ValueWriteError::InvalidMarkerWrite)?;
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Written {
        if value < 128 {
            write_sint(self.out, value)?;
        } else if let Ok(value) = i16::try_from(value) {
            write_i16(self.out, value)?;
        } else if let Ok(value) = i32::try_from(value) {
            write_i32(self.out, value)?;
        } else {
            write_i64(self.out, value)?;
        }
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Written {
        write_uint(self.out, value)?;
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Written {
        Ok(write_f32(self.out, value)?)
    }

    fn serialize_f64(self, value: f64) -> Written {
        Ok(write_f64(self.out, value)?)
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Written {
        Ok(write_str(self.out, value)?)
    }

    fn serialize_bytes(self, value: &[u8]) -> Written {
        match UNIVERSAL {
            true => self.collect_seq(value),
            false => Ok(write_bin(self.out, value)?),
        }
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        write_nil(self.out).map_err(ValueWriteError::InvalidMarkerWrite)?;
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Written {
        Kind::Array.write(self.out, 0)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self.variant(variant)?)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, EncodeError> {
        self.items(Kind::Array, length)
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, EncodeError> {
        self.items(Kind::Array, Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleStruct, EncodeError> {
        self.items(Kind::Array, Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, EncodeError> {
        self.variant(variant)?.items(Kind::Array, Some(length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, EncodeError> {
        self.items(Kind::Map, length)
    }

    fn serialize_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStruct, EncodeError> {
        self.fields(length)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, EncodeError> {
        self.variant(variant)?.fields(length)
    }
}

/// A value of several items that is being encoded.
pub(super) struct Items<'o, const UNIVERSAL: bool> {
    out: &'o mut Vec<u8>,
    /// The position of the first item.
    start: usize,
    /// The header, if it is not written yet.
    pending: Option<Kind>,
    count: usize,
}

impl<const UNIVERSAL: bool> Items<'_, UNIVERSAL> {
    fn write<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(Encoder::<UNIVERSAL>::new(self.out))
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.count += 1;
        self.write(value)
    }

    fn named<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Written {
        write_str(self.out, name)?;
        self.item(value)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        self.named(name, value)?;
        if UNIVERSAL && name.contains(|letter: char| letter.is_ascii_uppercase()) {
            self.named(&snake_case(name), value)?;
        }
        Ok(())
    }

    fn finish(self) -> Written {
        if let Some(kind) = self.pending {
            let mut header = Vec::new();
            kind.write(&mut header, self.count)?;
            self.out.splice(self.start..self.start, header);
        }
        Ok(())
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 1);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

macro_rules! lists {
    ($($kind:ident $method:ident),*) => {$(
        impl<const UNIVERSAL: bool> ser::$kind for Items<'_, UNIVERSAL> {
            type Ok = ();
            type Error = EncodeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.item(value)
            }

            fn end(self) -> Written {
                self.finish()
            }
        }
    )*};
}

lists!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! structs {
    ($($kind:ident),*) => {$(
        impl<const UNIVERSAL: bool> ser::$kind for Items<'_, UNIVERSAL> {
            type Ok = ();
            type Error = EncodeError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Written {
                self.field(name, value)
            }

            fn end(self) -> Written {
                self.finish()
            }
        }
    )*};
}

structs!(SerializeStruct, SerializeStructVariant);

impl<const UNIVERSAL: bool> ser::SerializeMap for Items<'_, UNIVERSAL> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.item(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.write(value)
    }

    fn end(self) -> Written {
        self.finish()
    }
}

impl ser::Error for EncodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl From<ValueWriteError> for EncodeError {
    fn from(error: ValueWriteError) -> Self {
        Self(error.to_string())
    }
}
