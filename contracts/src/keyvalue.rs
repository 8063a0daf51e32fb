//! `wascc:keyvalue`: counters, values, lists and sets by key, with the semantics of Redis.

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:keyvalue";

/// Adds to a counter, which starts at 0: [`AddRequest`] to [`AddResponse`].
pub const OP_ADD: &str = "Add";
/// Reads a value: [`KeyRequest`] to [`GetResponse`].
pub const OP_GET: &str = "Get";
/// Writes a value: [`SetRequest`] to [`SetResponse`].
pub const OP_SET: &str = "Set";
/// Removes a key: [`KeyRequest`] to [`KeyResponse`].
pub const OP_DEL: &str = "Del";
/// Removes a list, or any other key: [`KeyRequest`] to [`KeyResponse`].
pub const OP_CLEAR: &str = "Clear";
/// Reads a part of a list: [`RangeRequest`] to [`ValuesResponse`].
pub const OP_RANGE: &str = "Range";
/// Puts an item at the head of a list: [`ItemRequest`] to [`CountResponse`], the new length.
pub const OP_PUSH: &str = "Push";
/// Removes all items equal to one from a list: [`ItemRequest`] to [`CountResponse`], how many
/// were removed.
pub const OP_LIST_ITEM_DELETE: &str = "ListItemDelete";
/// Adds an item to a set: [`ItemRequest`] to [`CountResponse`], 1 if it is new, else 0.
pub const OP_SET_ADD: &str = "SetAdd";
/// Removes an item from a set: [`ItemRequest`] to [`CountResponse`], 1 if it was there, else 0.
pub const OP_SET_REMOVE: &str = "SetRemove";
/// Reads the union of sets: [`KeysRequest`] to [`ValuesResponse`].
pub const OP_SET_UNION: &str = "SetUnion";
/// Reads the intersection of sets: [`KeysRequest`] to [`ValuesResponse`].
pub const OP_SET_INTERSECTION: &str = "SetIntersection";
/// Reads a set: [`KeyRequest`] to [`ValuesResponse`].
pub const OP_SET_QUERY: &str = "SetQuery";
/// Whether a key exists: [`KeyRequest`] to [`GetResponse`] with an empty value.
pub const OP_KEY_EXISTS: &str = "KeyExists";

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
    /// What to add to which counter.
    AddRequest {
        /// The counter.
        key: String = "key",
        /// How much, possibly negative.
        value: i32 = "value",
    }
}

message! {
    /// A counter after an addition.
    AddResponse {
        /// Its new value.
        value: i32 = "value",
    }
}

message! {
    /// One key; the operation says what about it.
    KeyRequest {
        /// The key.
        key: String = "key",
    }
}

message! {
    /// The key that was removed, or would have been.
    KeyResponse {
        /// The key.
        key: String = "key",
    }
}

message! {
    /// A value that was looked for.
    GetResponse {
        /// The value, empty if there is none.
        value: String = "value",
        /// Whether there is one.
        exists: bool = "exists",
    }
}

message! {
    /// A value to write.
    SetRequest {
        /// The key.
        key: String = "key",
        /// Its new value.
        value: String = "value",
        /// Seconds until it is gone; 0: it stays.
        expires: i32 = "expires" or default,
    }
}

message! {
    /// A value that was written.
    SetResponse {
        /// The value.
        value: String = "value",
    }
}

message! {
    /// A part of a list.
    RangeRequest {
        /// The list.
        key: String = "key",
        /// The first index, from 0; negative ones count from the end.
        start: i32 = "start",
        /// The last index, itself included; negative ones count from the end.
        stop: i32 = "stop",
    }
}

message! {
    /// An item to put into, or take out of, a list or set.
    ItemRequest {
        /// The list or set.
        key: String = "key",
        /// The item.
        value: String = "value" | "item",
    }
}

message! {
    /// How many; the operation says of what.
    CountResponse {
        /// The count.
        new_count: i32 = "newCount",
    }
}

message! {
    /// Several sets.
    KeysRequest {
        /// Their keys.
        keys: Vec<String> = "keys",
    }
}

message! {
    /// The items of a list or set.
    ValuesResponse {
        /// The items; those of a set in no particular order.
        values: Vec<String> = "values",
    }
}
