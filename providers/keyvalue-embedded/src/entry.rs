//! The value of a key, and its row in the file.

use crate::refusal::Refusal;
use crate::tables::{Header, Id};
use capwire_embedded_common::{Failure, Moment};
use redb::{ReadableTable, StorageError};

const TEXT: u8 = 0;
const LIST: u8 = 1;
const SET: u8 = 2;
const NEVER: u64 = 0;

/// The value of a key. The items of lists and the members of sets are rows of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Text {
        value: String,
        expires: Option<Moment>,
    },
    /// A list. `first` is the index of the head. Indexes order the items; removal leaves gaps.
    List {
        first: i64,
        count: u64,
    },
    Set {
        count: u64,
    },
}

/// Returns the value of `id`, even if it has expired.
pub(crate) fn stored<T>(keys: &T, id: Id<'_>) -> Result<Option<Entry>, Failure>
where
    T: ReadableTable<Id<'static>, Header<'static>>,
{
    keys.get(id)?
        .map(|row| Entry::from_row(row.value()))
        .transpose()
}

/// Returns the value of `id` at `now`, or `None` if it has expired.
pub(crate) fn live<T>(keys: &T, id: Id<'_>, now: Moment) -> Result<Option<Entry>, Failure>
where
    T: ReadableTable<Id<'static>, Header<'static>>,
{
    Ok(stored(keys, id)?.filter(|entry| !entry.has_expired(now)))
}

impl Entry {
    pub(crate) fn to_row(&self) -> Header<'_> {
        match self {
            Self::Text { value, expires } => {
                (TEXT, expires.map_or(NEVER, |moment| moment.0), 0, value)
            }
            Self::List { first, count } => (LIST, *count, *first, ""),
            Self::Set { count } => (SET, *count, 0, ""),
        }
    }

    pub(crate) fn expires(&self) -> Option<Moment> {
        match self {
            Self::Text { expires, .. } => *expires,
            Self::List { .. } | Self::Set { .. } => None,
        }
    }

    pub(crate) fn wrong_type(&self, key: &str, needs: &'static str) -> Refusal {
        Refusal::WrongType {
            key: key.to_owned(),
            holds: self.kind(),
            needs,
        }
    }

    fn from_row((kind, number, first, text): Header<'_>) -> Result<Self, Failure> {
        match kind {
            TEXT => Ok(Self::Text {
                value: text.to_owned(),
                expires: (number != NEVER).then_some(Moment(number)),
            }),
            LIST => Ok(Self::List {
                first,
                count: number,
            }),
            SET => Ok(Self::Set { count: number }),
            unknown => Err(StorageError::Corrupted(format!("a key of kind {unknown}")).into()),
        }
    }

    fn has_expired(&self, now: Moment) -> bool {
        self.expires().is_some_and(|expires| expires <= now)
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "string",
            Self::List { .. } => "list",
            Self::Set { .. } => "set",
        }
    }
}
