//! A list of texts without repetitions.

use crate::field::Field;
use crate::scalar::Scalar;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// Different texts, in the order of their first appearance, at most `MOST`.
///
/// A message of 4 MB can repeat a short text two million times. The decoder keeps only the first,
/// so that neither memory nor later work grow with the repetitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Distinct<const MOST: usize>(pub(crate) Vec<String>);

impl<const MOST: usize> Field for Distinct<MOST> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Texts::<MOST>).map(Self)
    }
}

struct Texts<const MOST: usize>;

impl<'de, const MOST: usize> Visitor<'de> for Texts<MOST> {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<String>, A::Error> {
        let mut seen: BTreeSet<Cow<'de, str>> = BTreeSet::new();
        let mut texts = Vec::new();
        while let Some(item) = items.next_element()? {
            let Scalar::Text(text) = item else {
                return Err(item.mismatch("text in UTF-8"));
            };
            if seen.contains(&text) {
                continue;
            }
            if texts.len() == MOST {
                let most = format_args!("more than {MOST} different texts in a list");
                return Err(A::Error::custom(most));
            }
            texts.push(text.clone().into_owned());
            seen.insert(text);
        }
        Ok(texts)
    }
}
