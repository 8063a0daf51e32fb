//! JSON read strictly: no member twice, no deep nesting, nothing converted.
//!
//! JSON leaves open what a repeated member means. Two readers of one token that choose differently
//! see different claims under the same signature, so a repeated member is an error here, at any
//! depth, known or unknown.

use crate::error::TokenError;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;
use core::str::FromStr;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Deep enough for every claim there is; shallow enough for any stack.
const MAX_DEPTH: usize = 16;

/// The members of one JSON object, taken out by name. Members that nobody takes are ignored.
pub struct Fields {
    /// The path to this object, for errors: `wascap.`, or nothing at the top.
    path: String,
    members: Map<String, Value>,
}

impl Fields {
    /// Reads the object that `json` is. `part` names it in errors.
    pub(crate) fn parse(json: &[u8], part: &'static str) -> Result<Self, TokenError> {
        check(json, part)?;
        let value = serde_json::from_slice(json).map_err(|error| TokenError::Json {
            part,
            reason: error.to_string(),
        })?;
        match value {
            Value::Object(members) => Ok(Self {
                path: String::new(),
                members,
            }),
            _ => Err(TokenError::Json {
                part,
                reason: "not an object".into(),
            }),
        }
    }

    /// The names of the members that nobody has taken.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// A string that must be there.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<String, TokenError> {
        self.optional_text(name)?
            .ok_or_else(|| self.wrong(name, "a string"))
    }

    pub(crate) fn optional_text(
        &mut self,
        name: &'static str,
    ) -> Result<Option<String>, TokenError> {
        self.optional(name, "a string", as_text)
    }

    /// A string that must be there and be the text form of `T`.
    pub(crate) fn parsed<T: FromStr<Err: fmt::Display>>(
        &mut self,
        name: &'static str,
    ) -> Result<T, TokenError> {
        let text = self.text(name)?;
        text.parse().map_err(|reason| self.wrong(name, reason))
    }

    /// A list of strings; none where the member is missing.
    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, TokenError> {
        let texts = self.optional(name, "a list of strings", |value| match value {
            Value::Array(items) => items.into_iter().map(as_text).collect(),
            _ => None,
        })?;
        Ok(texts.unwrap_or_default())
    }

    /// A list of text forms of `T`; none where the member is missing.
    pub(crate) fn all_parsed<T: FromStr<Err: fmt::Display>, C: FromIterator<T>>(
        &mut self,
        name: &'static str,
    ) -> Result<C, TokenError> {
        let texts = self.texts(name)?;
        let parse = |text: &String| text.parse().map_err(|reason| self.wrong(name, reason));
        texts.iter().map(parse).collect()
    }

    pub(crate) fn number(&mut self, name: &'static str) -> Result<u64, TokenError> {
        self.optional_number(name)?
            .ok_or_else(|| self.wrong(name, WHOLE_NUMBER))
    }

    pub(crate) fn optional_number(
        &mut self,
        name: &'static str,
    ) -> Result<Option<u64>, TokenError> {
        self.optional(name, WHOLE_NUMBER, |value| value.as_u64())
    }

    /// A number that fits the 32 bits that revisions have.
    pub(crate) fn optional_revision(
        &mut self,
        name: &'static str,
    ) -> Result<Option<i32>, TokenError> {
        self.optional(name, "a whole number of 32 bits", |value| {
            value.as_i64()?.try_into().ok()
        })
    }

    /// A boolean; false where the member is missing.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, TokenError> {
        Ok(self
            .optional(name, "true or false", |value| value.as_bool())?
            .unwrap_or(false))
    }

    /// An object that must be there.
    pub(crate) fn object(&mut self, name: &'static str) -> Result<Self, TokenError> {
        self.optional_object(name)?
            .ok_or_else(|| self.wrong(name, "an object"))
    }

    pub(crate) fn optional_object(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Self>, TokenError> {
        let path = format!("{}{name}.", self.path);
        let members = self.optional(name, "an object", |value| match value {
            Value::Object(members) => Some(members),
            _ => None,
        })?;
        Ok(members.map(|members| Self { path, members }))
    }

    /// All members as names and text forms of `T`.
    pub(crate) fn parsed_map<T: FromStr<Err: fmt::Display>>(
        self,
    ) -> Result<BTreeMap<String, T>, TokenError> {
        let parse = |value| as_text(value)?.parse().ok();
        self.map_of("a string in the form that belongs there", parse)
    }

    /// All members, their names as text forms of `K`.
    pub(crate) fn map_of<K: FromStr<Err: fmt::Display> + Ord, V>(
        mut self,
        expected: &'static str,
        read: impl Fn(Value) -> Option<V>,
    ) -> Result<BTreeMap<K, V>, TokenError> {
        let members = core::mem::take(&mut self.members);
        let entry = |(name, value): (String, Value)| {
            let key = name.parse().map_err(|reason| self.wrong(&name, reason))?;
            let value = read(value).ok_or_else(|| self.wrong(&name, expected))?;
            Ok((key, value))
        };
        members.into_iter().map(entry).collect()
    }

    /// Refuses members that nobody has taken, where ignoring one would change the meaning.
    pub(crate) fn finish(&self) -> Result<(), TokenError> {
        match self.names().next() {
            Some(name) => Err(self.wrong(name, "known to the reader")),
            None => Ok(()),
        }
    }

    /// The error that the member `name` is not `expected`.
    pub(crate) fn wrong(&self, name: &str, expected: impl fmt::Display) -> TokenError {
        TokenError::Claim {
            name: format!("{}{name}", self.path),
            expected: expected.to_string(),
        }
    }

    fn optional<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, TokenError> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value)
                .map(Some)
                .ok_or_else(|| self.wrong(name, expected)),
        }
    }
}

/// What every number in a token is.
pub(crate) const WHOLE_NUMBER: &str = "a whole number, not negative, of 64 bits";

fn as_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Reads all of `json` and keeps nothing: only whether it is strict JSON.
fn check(json: &[u8], part: &'static str) -> Result<(), TokenError> {
    let fault = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let outcome = Strict {
        depth: 0,
        fault: &fault,
    }
    .deserialize(&mut deserializer)
    .and_then(|()| deserializer.end());
    outcome.map_err(|error| match fault.take() {
        Some(Fault::Repeated(name)) => TokenError::RepeatedMember { part, name },
        Some(Fault::TooDeep) => TokenError::TooDeep {
            part,
            limit: MAX_DEPTH,
        },
        None => TokenError::Json {
            part,
            reason: error.to_string(),
        },
    })
}

enum Fault {
    Repeated(String),
    TooDeep,
}

/// Visits one value. Why it failed is left in `fault`, since the deserializer's errors are text.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    fault: &'a Cell<Option<Fault>>,
}

impl Strict<'_> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(self.fail(Fault::TooDeep));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    fn fail<E: Error>(self, fault: Fault) -> E {
        self.fault.set(Some(fault));
        E::custom("not strict")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        let mut seen = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if seen.contains(&name) {
                return Err(self.fail(Fault::Repeated(name)));
            }
            seen.insert(name);
            members.next_value_seed(inner)?;
        }
        Ok(())
    }
}
