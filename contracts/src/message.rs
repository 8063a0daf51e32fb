//! The macro that declares a message. Unlike derived code, its decoder accepts a map that contains
//! a field under two names. Senders use such maps to serve old and new readers with one encoding.

use crate::scalar::Scalar;

/// Declares a message: `name: type = "key on the wire"`.
///
/// The decoder accepts a field under its key, its Rust name and its aliases (`= "value" | "item"`);
/// the first one in the message counts. With `or default`, a field that is absent or nil has its
/// default. With `or omitted`, it has its default, too, and the encoder leaves out `None`.
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
                        message.serialize_field($key, &$crate::field::Out(&self.$field))?;
                    }
                )*
                message.end()
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use ::serde::de::{MapAccess, SeqAccess, Visitor};
                use $crate::field::In;
                use $crate::message::{Names, field};
                use $crate::scalar::Scalar;

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
                        while let Some(name) = map.next_key()? {
                            match field(NAMES, &name) {
                                $($key if $field.is_none() => {
                                    $field = message!(@value map.next_value()?, $($absent)?);
                                })*
                                _ => drop(map.next_value::<Scalar<'_>>()?),
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
                        while seq.next_element::<Scalar<'_>>()?.is_some() {}
                        Ok(message)
                    }
                }

                deserializer.deserialize_struct(stringify!($name), KEYS, Fields)
            }
        }
    };

    (@written $this:ident.$field:ident omitted) => { $this.$field.is_some() };
    (@written $this:ident.$field:ident empty) => { !$this.$field.is_empty() };
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

/// For each field: its key and all its names.
pub(crate) type Names = &'static [(&'static str, &'static [&'static str])];

/// Returns the key of the field with this name, or an empty text if there is none.
pub(crate) fn field(names: Names, name: &Scalar<'_>) -> &'static str {
    let Scalar::Text(name) = name else {
        return "";
    };
    let field = names.iter().find(|(_, names)| names.contains(&&**name));
    field.map_or("", |(key, _)| key)
}
