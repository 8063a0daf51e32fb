//! The dialect of actors of before April 2020: one message with one field, an enumeration, written as a
//! map from the number of the variant to its content.

use capwire_contracts::extras::{GeneratorRequest, GeneratorResult};
use serde::Deserialize;
use std::collections::BTreeMap;

/// MessagePack's marker of an array with one element.
const ARRAY_OF_ONE: u8 = 0x91;

/// The kind of value that an actor requests.
#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Request {
    typ: Wanted,
}

#[derive(Clone, Copy, Deserialize)]
enum Wanted {
    Guid,
    SequenceNumber,
    RandomNumber(u32, u32),
}

/// The generated value, ready to be encoded.
pub(crate) type Reply = (BTreeMap<u8, Content>,);

/// The content of a variant.
#[derive(serde::Serialize)]
#[serde(untagged)]
pub(crate) enum Content {
    Text(String),
    Number(u64),
}

/// Returns `true` for a request of that dialect. Later requests have five fields.
pub(crate) fn is_request(payload: &[u8]) -> bool {
    payload.first() == Some(&ARRAY_OF_ONE)
}

impl Request {
    /// Converts the request to today's form.
    pub(crate) fn today(self) -> GeneratorRequest {
        let (min, max) = match self.typ {
            Wanted::RandomNumber(min, max) => (min, max),
            Wanted::Guid | Wanted::SequenceNumber => (0, 0),
        };
        GeneratorRequest {
            guid: matches!(self.typ, Wanted::Guid),
            sequence: matches!(self.typ, Wanted::SequenceNumber),
            random: matches!(self.typ, Wanted::RandomNumber(..)),
            min,
            max,
        }
    }

    /// Converts the result to the old form.
    pub(crate) fn reply(self, result: GeneratorResult) -> Reply {
        let variant = match self.typ {
            Wanted::Guid => (0, Content::Text(result.guid.unwrap_or_default())),
            Wanted::SequenceNumber => (1, Content::Number(result.sequence_number)),
            Wanted::RandomNumber(..) => (2, Content::Number(result.random_number.into())),
        };
        (BTreeMap::from([variant]),)
    }
}
