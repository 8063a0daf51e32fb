//! `wascc:keyvalue`: counters, values, lists and sets by key.

use crate::target::{CallError, Target, capability};
use capwire_contracts::keyvalue::{
    self as contract, AddRequest, AddResponse, CountResponse, GetResponse, ItemRequest, KeyRequest,
    KeyResponse, KeysRequest, RangeRequest, SetRequest, SetResponse, ValuesResponse,
};
use core::time::Duration;

/// The value of [`SetRequest::expires`] for a value that does not expire.
const NEVER: i32 = 0;

/// Returns the store of the binding `default`.
///
/// ```
/// use capwire_actor::{Result, keyvalue, testing::FakeHost};
///
/// fn remember(name: &str) -> Result<Option<String>> {
///     let store = keyvalue::default();
///     let before = store.get("last")?;
///     store.set("last", name)?;
///     Ok(before)
/// }
///
/// FakeHost::new().run(|| {
///     assert_eq!(remember("Ada").unwrap(), None);
///     assert_eq!(remember("Grace").unwrap(), Some("Ada".to_owned()));
/// });
/// ```
#[must_use]
pub fn default() -> KeyValue {
    KeyValue(capability(contract::CONTRACT))
}

/// Returns the store of the binding `name`.
#[must_use]
pub fn named(name: &str) -> KeyValue {
    KeyValue(capability(contract::CONTRACT).named(name))
}

/// A client for a key-value store. The operations have the semantics of Redis.
///
/// Each method returns a [`CallError`] if the actor may not use the store, the host cannot reach
/// the store, or the key holds another type of value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValue(Target);

/// The type describes the errors of all methods.
#[expect(clippy::missing_errors_doc, reason = "the type documents the errors")]
impl KeyValue {
    /// Adds `value` to the counter `key`, which starts at 0, and returns its new value.
    pub fn add(&self, key: &str, value: i32) -> Result<i32, CallError> {
        let key = key.to_owned();
        let answer: AddResponse = self.0.call(contract::OP_ADD, &AddRequest { key, value })?;
        Ok(answer.value)
    }

    /// Returns the value of `key`, or `None` if it has none.
    pub fn get(&self, key: &str) -> Result<Option<String>, CallError> {
        let answer: GetResponse = self.0.call(contract::OP_GET, &one(key))?;
        Ok(answer.exists.then_some(answer.value))
    }

    /// Sets the value of `key` without expiry.
    pub fn set(&self, key: &str, value: &str) -> Result<(), CallError> {
        self.write(key, value, NEVER)
    }

    /// Sets the value of `key`, which expires after `time`, rounded up to whole seconds: at least
    /// one second, at most 68 years.
    pub fn set_for(&self, key: &str, value: &str, time: Duration) -> Result<(), CallError> {
        let seconds = time
            .as_secs()
            .saturating_add(u64::from(time.subsec_nanos() > 0));
        let expires = i32::try_from(seconds).unwrap_or(i32::MAX).max(1);
        self.write(key, value, expires)
    }

    fn write(&self, key: &str, value: &str, expires: i32) -> Result<(), CallError> {
        let request = SetRequest {
            key: key.to_owned(),
            value: value.to_owned(),
            expires,
        };
        let SetResponse { .. } = self.0.call(contract::OP_SET, &request)?;
        Ok(())
    }

    /// Removes `key` and its value of any type.
    pub fn del(&self, key: &str) -> Result<(), CallError> {
        let KeyResponse { .. } = self.0.call(contract::OP_DEL, &one(key))?;
        Ok(())
    }

    /// Removes the list `key`.
    pub fn clear(&self, key: &str) -> Result<(), CallError> {
        let KeyResponse { .. } = self.0.call(contract::OP_CLEAR, &one(key))?;
        Ok(())
    }

    /// Returns the items of a list from `start` to `stop`, inclusive. Negative indices count from
    /// the end, so 0 and -1 select all items.
    pub fn range(&self, key: &str, start: i32, stop: i32) -> Result<Vec<String>, CallError> {
        let key = key.to_owned();
        let request = RangeRequest { key, start, stop };
        let answer: ValuesResponse = self.0.call(contract::OP_RANGE, &request)?;
        Ok(answer.values)
    }

    /// Inserts an item at the head of a list and returns the list's new length.
    pub fn push(&self, key: &str, item: &str) -> Result<i32, CallError> {
        self.count(contract::OP_PUSH, key, item)
    }

    /// Removes all items equal to `item` from a list and returns the number of removed items.
    pub fn list_item_delete(&self, key: &str, item: &str) -> Result<i32, CallError> {
        self.count(contract::OP_LIST_ITEM_DELETE, key, item)
    }

    /// Adds an item to a set. Returns 1 if the item is new, and 0 otherwise.
    pub fn set_add(&self, key: &str, item: &str) -> Result<i32, CallError> {
        self.count(contract::OP_SET_ADD, key, item)
    }

    /// Removes an item from a set. Returns 1 if the item was in the set, and 0 otherwise.
    pub fn set_remove(&self, key: &str, item: &str) -> Result<i32, CallError> {
        self.count(contract::OP_SET_REMOVE, key, item)
    }

    /// Returns the items that are in at least one of these sets.
    pub fn set_union(&self, keys: &[&str]) -> Result<Vec<String>, CallError> {
        self.values(contract::OP_SET_UNION, keys)
    }

    /// Returns the items that are in all of these sets.
    pub fn set_intersection(&self, keys: &[&str]) -> Result<Vec<String>, CallError> {
        self.values(contract::OP_SET_INTERSECTION, keys)
    }

    /// Returns the items of a set.
    pub fn set_query(&self, key: &str) -> Result<Vec<String>, CallError> {
        let answer: ValuesResponse = self.0.call(contract::OP_SET_QUERY, &one(key))?;
        Ok(answer.values)
    }

    /// Returns true if `key` exists.
    pub fn key_exists(&self, key: &str) -> Result<bool, CallError> {
        let answer: GetResponse = self.0.call(contract::OP_KEY_EXISTS, &one(key))?;
        Ok(answer.exists)
    }

    fn count(&self, operation: &str, key: &str, item: &str) -> Result<i32, CallError> {
        let request = ItemRequest {
            key: key.to_owned(),
            value: item.to_owned(),
        };
        let answer: CountResponse = self.0.call(operation, &request)?;
        Ok(answer.new_count)
    }

    fn values(&self, operation: &str, keys: &[&str]) -> Result<Vec<String>, CallError> {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        let answer: ValuesResponse = self.0.call(operation, &KeysRequest { keys })?;
        Ok(answer.values)
    }
}

fn one(key: &str) -> KeyRequest {
    KeyRequest {
        key: key.to_owned(),
    }
}
