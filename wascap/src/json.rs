//! Claims as JSON, read member by member without conversions.

mod strict;

use crate::error::TokenError;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use serde_json::{Map, Value};

/// The members of one JSON object, which readers take out by name. Other members are ignored.
pub struct Fields {
    /// The path to this object, for errors: `wascap.`, or nothing at the top.
    path: String,
    members: Map<String, Value>,
}

impl Fields {
    /// Parses a JSON object. `part` names it in errors.
    pub(crate) fn parse(json: &[u8], part: &'static str) -> Result<Self, TokenError> {
        strict::check(json, part)?;
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

    /// Returns the names of the members that nobody has taken.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Takes a required string.
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

    /// Takes a required string in the text form of `T`.
    pub(crate) fn parsed<T: FromStr<Err: fmt::Display>>(
        &mut self,
        name: &'static str,
    ) -> Result<T, TokenError> {
        let text = self.text(name)?;
        text.parse().map_err(|reason| self.wrong(name, reason))
    }

    /// Takes a list of strings, which is empty if the member is missing.
    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, TokenError> {
        let texts = self.optional(name, "a list of strings", |value| match value {
            Value::Array(items) => items.into_iter().map(as_text).collect(),
            _ => None,
        })?;
        Ok(texts.unwrap_or_default())
    }

    /// Takes a list of strings, or `None` if the member is missing. `null` is an error: a missing
    /// list means everything here, and `null` could mean nothing.
    pub(crate) fn restriction<T: FromStr<Err: fmt::Display>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Vec<T>>, TokenError> {
        self.not_null(name)?;
        self.members
            .contains_key(name)
            .then(|| self.all_parsed(name))
            .transpose()
    }

    /// Takes a list of text forms of `T`, which is empty if the member is missing.
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

    /// Takes a number that fits the 32 bits of a revision.
    pub(crate) fn optional_revision(
        &mut self,
        name: &'static str,
    ) -> Result<Option<i32>, TokenError> {
        self.optional(name, "a whole number of 32 bits", |value| {
            value.as_i64()?.try_into().ok()
        })
    }

    /// Takes a boolean, which is false if the member is missing.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, TokenError> {
        Ok(self
            .optional(name, "true or false", |value| value.as_bool())?
            .unwrap_or(false))
    }

    /// Takes a required object.
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

    /// Takes all members as names and text forms of `T`.
    pub(crate) fn parsed_map<T: FromStr<Err: fmt::Display>>(
        self,
    ) -> Result<BTreeMap<String, T>, TokenError> {
        let parse = |value| as_text(value)?.parse().ok();
        self.map_of("a string of the documented form", parse)
    }

    /// Takes all members, with their names as text forms of `K`.
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

    /// Takes all members, each a list of objects.
    pub(crate) fn lists_of<T>(
        mut self,
        read: impl Fn(Self) -> Result<T, TokenError>,
    ) -> Result<BTreeMap<String, Vec<T>>, TokenError> {
        let members = core::mem::take(&mut self.members);
        let list = |(name, value): (String, Value)| {
            let path = format!("{}{name}.", self.path);
            let item = |value| match value {
                Value::Object(members) => read(Self {
                    path: path.clone(),
                    members,
                }),
                _ => Err(self.wrong(&name, "a list of objects")),
            };
            let Value::Array(items) = value else {
                return Err(self.wrong(&name, "a list of objects"));
            };
            let items = items.into_iter().map(item).collect::<Result<_, _>>()?;
            Ok((name, items))
        };
        members.into_iter().map(list).collect()
    }

    /// Rejects a member that is `null`, because a missing member has another meaning.
    pub(crate) fn not_null(&self, name: &'static str) -> Result<(), TokenError> {
        match self.members.get(name) {
            Some(Value::Null) => Err(self.wrong(name, "a value or no member at all, not null")),
            _ => Ok(()),
        }
    }

    /// Rejects members that nobody has taken, because ignoring one would change the meaning.
    pub(crate) fn finish(&self) -> Result<(), TokenError> {
        match self.names().next() {
            Some(name) => Err(self.wrong(name, "no unknown member")),
            None => Ok(()),
        }
    }

    /// Returns the error that the member `name` is not `expected`.
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

/// The expected form of every number in a token.
pub(crate) const WHOLE_NUMBER: &str = "a whole number, not negative, of 64 bits";

fn as_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
