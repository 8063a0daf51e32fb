//! How a message is declared. What derived code cannot do is accept a map that carries a field
//! under two names at once, which is how senders serve old and new readers with one encoding.

use crate::codec::bytes;
use serde::de::{DeserializeSeed, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Declares a message: `name: type = "key on the wire"`.
///
/// Readers know a field by its key, its Rust name, and the aliases that follow (`= "value" |
/// "item"`); the first one that comes counts. `or default` makes up for a field that is absent or
/// nil; `or omitted` does so too, and does not write a `None`.
macro_rules! message {
    (
        $(#[$meta:meta])*
        $name:ident {
            $(
                $(#[$field_meta:meta])*
                $field:ident: $type:ty = $key:literal $(| $alias:literal)* $(or $absent:ident)?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeStruct as _;
                let written = 0 $(+ usize::from(message!(@written self.$field $($absent)?)))*;
                let mut message = serializer.serialize_struct(stringify!($name), written)?;
                $(
                    if message!(@written self.$field $($absent)?) {
                        message.serialize_field($key, &$crate::message::Out(&self.$field))?;
                    }
                )*
                message.end()
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use ::serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
                use $crate::message::{In, Key, Names};

                const KEYS: &[&str] = &[$($key),*];
                const NAMES: Names = &[$(($key, &[$key, stringify!($field) $(, $alias)*])),*];

                struct Fields;

                impl<'de> Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(stringify!($name))
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        $(let mut $field: Option<In<$type>> = None;)*
                        while let Some(key) = map.next_key_seed(Key(NAMES))? {
                            match key {
                                $($key if $field.is_none() => {
                                    $field = message!(@value map.next_value()?, $($absent)?);
                                })*
                                _ => drop(map.next_value::<IgnoredAny>()?),
                            }
                        }
                        Ok($name {
                            $($field: message!(@field $field, $key, A::Error, $($absent)?),)*
                        })
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<$name, A::Error> {
                        let message = $name {
                            $($field: message!(@element seq, $key, A::Error, $($absent)?),)*
                        };
                        while seq.next_element::<IgnoredAny>()?.is_some() {}
                        Ok(message)
                    }
                }

                deserializer.deserialize_struct(stringify!($name), KEYS, Fields)
            }
        }
    };

    (@written $this:ident.$field:ident omitted) => { $this.$field.is_some() };
    (@written $this:ident.$field:ident $($absent:ident)?) => { true };

    (@value $value:expr,) => { Some($value) };
    (@value $value:expr, $absent:ident) => { $value };

    (@field $value:expr, $key:literal, $error:ty,) => {
        match $value {
            Some(In(value)) => value,
            None => return Err(<$error as ::serde::de::Error>::missing_field($key)),
        }
    };
    (@field $value:expr, $key:literal, $error:ty, $absent:ident) => {
        $value.map(|In(value)| value).unwrap_or_default()
    };

    (@element $seq:ident, $key:literal, $error:ty,) => {
        message!(@field $seq.next_element()?, $key, $error,)
    };
    (@element $seq:ident, $key:literal, $error:ty, $absent:ident) => {
        message!(@field $seq.next_element::<Option<In<_>>>()?.flatten(), $key, $error, $absent)
    };
}

/// What a message can consist of.
pub(crate) trait Field: Sized {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Fields that read and write themselves as serde knows them.
macro_rules! plain_fields {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::message::Field for $type {
            fn write<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(self, serializer)
            }

            fn read<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                ::serde::Deserialize::deserialize(deserializer)
            }
        }
    )*};
}

plain_fields!(
    bool,
    i32,
    i64,
    u32,
    u64,
    String,
    Option<String>,
    Vec<String>,
    BTreeMap<String, String>,
);

impl Field for Vec<u8> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        bytes::serialize(self, serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        bytes::deserialize(deserializer)
    }
}

/// A field to write.
pub(crate) struct Out<'a, T>(pub(crate) &'a T);

impl<T: Field> Serialize for Out<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// A field that was read.
pub(crate) struct In<T>(pub(crate) T);

impl<'de, T: Field> Deserialize<'de> for In<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Per field: its key, and all names it goes by.
pub(crate) type Names = &'static [(&'static str, &'static [&'static str])];

/// Reads the key of a map's entry as the field's key, or as "" if no field has that name.
pub(crate) struct Key(pub(crate) Names);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<&'static str, E> {
        let field = self.0.iter().find(|(_, names)| names.contains(&name));
        Ok(field.map_or("", |(key, _)| key))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<&'static str, E> {
        Ok("")
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<&'static str, E> {
        Ok("")
    }
}
