//! `wascc:keyvalue`: counters, values, lists and sets by key, with the semantics of Redis.

use crate::core::Operation;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of the contract.
pub const CONTRACT: &str = "wascc:keyvalue";

/// Adds to a counter, which starts at 0: takes an [`AddRequest`] and returns an [`AddResponse`].
pub const OP_ADD: &str = "Add";
/// Reads a value: takes a [`KeyRequest`] and returns a [`GetResponse`].
pub const OP_GET: &str = "Get";
/// Writes a value: takes a [`SetRequest`] and returns a [`SetResponse`].
pub const OP_SET: &str = "Set";
/// Removes a key: takes a [`KeyRequest`] and returns a [`KeyResponse`].
pub const OP_DEL: &str = "Del";
/// Removes a list or any other key: takes a [`KeyRequest`] and returns a [`KeyResponse`].
pub const OP_CLEAR: &str = "Clear";
/// Reads a part of a list: takes a [`RangeRequest`] and returns a [`ValuesResponse`].
pub const OP_RANGE: &str = "Range";
/// Inserts an item at the head of a list: takes an [`ItemRequest`] and returns a [`CountResponse`]
/// with the new length.
pub const OP_PUSH: &str = "Push";
/// Removes all items from a list that equal a given one: takes an [`ItemRequest`] and returns a
/// [`CountResponse`] with the number of removed items.
pub const OP_LIST_ITEM_DELETE: &str = "ListItemDelete";
/// Adds an item to a set: takes an [`ItemRequest`] and returns a [`CountResponse`], which is 1 if
/// the item is new and 0 otherwise.
pub const OP_SET_ADD: &str = "SetAdd";
/// Removes an item from a set: takes an [`ItemRequest`] and returns a [`CountResponse`], which is 1
/// if the item was in the set and 0 otherwise.
pub const OP_SET_REMOVE: &str = "SetRemove";
/// Reads the union of sets: takes a [`KeysRequest`] and returns a [`ValuesResponse`].
pub const OP_SET_UNION: &str = "SetUnion";
/// Reads the intersection of sets: takes a [`KeysRequest`] and returns a [`ValuesResponse`].
pub const OP_SET_INTERSECTION: &str = "SetIntersection";
/// Reads a set: takes a [`KeyRequest`] and returns a [`ValuesResponse`].
pub const OP_SET_QUERY: &str = "SetQuery";
/// Checks that a key exists: takes a [`KeyRequest`] and returns a [`GetResponse`] with an empty
/// value.
pub const OP_KEY_EXISTS: &str = "KeyExists";

/// The most different keys of a [`KeysRequest`].
pub const MOST_KEYS: usize = 10_000;

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_ADD, "Adds to a counter and returns its new value"),
    Operation::to_provider(OP_GET, "Reads the value of a key"),
    Operation::to_provider(OP_SET, "Writes the value of a key, for a time or for good"),
    Operation::to_provider(OP_DEL, "Removes a key"),
    Operation::to_provider(OP_CLEAR, "Removes a list"),
    Operation::to_provider(OP_RANGE, "Reads a part of a list"),
    Operation::to_provider(OP_PUSH, "Puts an item at the head of a list"),
    Operation::to_provider(OP_LIST_ITEM_DELETE, "Removes an item from a list"),
    Operation::to_provider(OP_SET_ADD, "Adds an item to a set"),
    Operation::to_provider(OP_SET_REMOVE, "Removes an item from a set"),
    Operation::to_provider(OP_SET_UNION, "Reads the union of sets"),
    Operation::to_provider(OP_SET_INTERSECTION, "Reads the intersection of sets"),
    Operation::to_provider(OP_SET_QUERY, "Reads a set"),
    Operation::to_provider(OP_KEY_EXISTS, "Tells whether a key exists"),
];

message! {
    /// An addition to a counter.
    AddRequest {
        /// The counter's key.
        key: String = "key",
        /// The number to add, which may be negative.
        value: i32 = "value",
    }
}

message! {
    /// The result of an addition.
    AddResponse {
        /// The counter's new value.
        value: i32 = "value",
    }
}

message! {
    /// A request for one key.
    KeyRequest {
        /// The key.
        key: String = "key",
    }
}

message! {
    /// The key of a removal, even if it did not exist.
    KeyResponse {
        /// The key.
        key: String = "key",
    }
}

message! {
    /// The result of a read.
    GetResponse {
        /// The value, empty if there is none.
        value: String = "value",
        /// True if the key exists.
        exists: bool = "exists",
    }
}

message! {
    /// A request to write a value.
    SetRequest {
        /// The key.
        key: String = "key",
        /// The new value.
        value: String = "value",
        /// The time in seconds until the key expires; 0 means never.
        expires: i32 = "expires" or default,
    }
}

message! {
    /// The result of a write.
    SetResponse {
        /// The value.
        value: String = "value",
    }
}

message! {
    /// A request for a part of a list.
    RangeRequest {
        /// The list's key.
        key: String = "key",
        /// The first index, from 0; a negative index counts from the end.
        start: i32 = "start",
        /// The last index, inclusive; a negative index counts from the end.
        stop: i32 = "stop",
    }
}

message! {
    /// A request to add an item to a list or set, or to remove it.
    ItemRequest {
        /// The key of the list or set.
        key: String = "key",
        /// The item.
        value: String = "value" | "item",
    }
}

message! {
    /// A number of items, which depends on the operation.
    CountResponse {
        /// The number of items.
        new_count: i32 = "newCount",
    }
}

/// A request for several sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeysRequest {
    /// The keys of the sets. The decoder keeps the first of equal keys, and refuses more than
    /// [`MOST_KEYS`] different ones.
    pub keys: Vec<String>,
}

impl Serialize for KeysRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut message = serializer.serialize_struct("KeysRequest", 1)?;
        message.serialize_field("keys", &self.keys)?;
        message.end()
    }
}

impl<'de> Deserialize<'de> for KeysRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let distinct::KeysRequest { keys } = Deserialize::deserialize(deserializer)?;
        Ok(Self { keys: keys.0 })
    }
}

#[allow(
    unreachable_pub,
    reason = "the macro makes messages of the crate's API"
)]
mod distinct {
    use super::MOST_KEYS;
    use crate::distinct::Distinct;

    message! {
        /// The message as the decoder reads it.
        KeysRequest {
            /// The keys.
            keys: Distinct<MOST_KEYS> = "keys",
        }
    }
}

message! {
    /// The items of a list or set.
    ValuesResponse {
        /// The items. The items of a set have no particular order.
        values: Vec<String> = "values",
    }
}
