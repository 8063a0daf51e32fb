//! Strict JSON, which every reader understands alike: no repeated members, no deep nesting.
//!
//! JSON does not define the meaning of a repeated member. Two readers that choose differently see
//! different claims under the same signature. So a repeated member is an error here, at any depth,
//! known or unknown.

use crate::error::TokenError;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use core::cell::Cell;
use core::fmt;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Deep enough for every claim, and shallow enough for every stack.
const MAX_DEPTH: usize = 16;

/// Checks that the value at the start of `json` is strict. The caller checks that nothing follows
/// the value.
pub(super) fn check(json: &[u8], part: &'static str) -> Result<(), TokenError> {
    let fault = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let strict = Strict {
        depth: 0,
        fault: &fault,
    };
    let outcome = strict.deserialize(&mut deserializer);
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

/// Visits one value. Stores the reason of a failure in `fault`, because the deserializer's errors
/// are text.
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
