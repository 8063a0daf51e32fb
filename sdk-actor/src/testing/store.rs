//! An in-memory key-value store with the semantics of Redis, except for expiry.

use crate::dispatch::typed;
use crate::error::{Error, Result};
use capwire_contracts::keyvalue::{
    self as contract, AddRequest, AddResponse, CountResponse, GetResponse, ItemRequest, KeyRequest,
    KeyResponse, KeysRequest, RangeRequest, SetRequest, SetResponse, ValuesResponse,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

#[derive(Default)]
pub(super) struct Store(BTreeMap<String, Value>);

enum Value {
    Text(String),
    List(VecDeque<String>),
    Set(BTreeSet<String>),
}

impl Store {
    /// Serves one call. An error is the text that the actor gets.
    pub(super) fn call(&mut self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
        let answer = match operation {
            contract::OP_ADD => typed(payload, |it| self.add(it)),
            contract::OP_GET => typed(payload, |it| Ok(self.get(&it))),
            contract::OP_SET => typed(payload, |it| Ok(self.set(it))),
            contract::OP_DEL | contract::OP_CLEAR => typed(payload, |it| Ok(self.del(it))),
            contract::OP_RANGE => typed(payload, |it| self.range(&it)),
            contract::OP_PUSH => typed(payload, |it| self.push(it)),
            contract::OP_LIST_ITEM_DELETE => typed(payload, |it| self.list_item_delete(it)),
            contract::OP_SET_ADD => typed(payload, |it| self.set_add(it)),
            contract::OP_SET_REMOVE => typed(payload, |it| self.set_remove(&it)),
            contract::OP_SET_UNION => typed(payload, |it| self.union(&it)),
            contract::OP_SET_INTERSECTION => typed(payload, |it| self.intersection(&it)),
            contract::OP_SET_QUERY => {
                typed(payload, |it: KeyRequest| Ok(values(self.members(&it.key)?)))
            }
            contract::OP_KEY_EXISTS => typed(payload, |it| Ok(self.key_exists(&it))),
            other => Err(Error::msg(format!("unknown operation `{other}`"))),
        };
        self.0.retain(|_, value| !value.is_empty());
        answer.map_err(|error| error.to_string())
    }

    fn add(&mut self, request: AddRequest) -> Result<AddResponse> {
        let before = match self.0.get(&request.key) {
            None => 0,
            Some(Value::Text(number)) => number.parse().map_err(|_| no_counter())?,
            Some(_) => return Err(wrong_type()),
        };
        let value = request.value.checked_add(before).ok_or_else(no_counter)?;
        self.0.insert(request.key, Value::Text(value.to_string()));
        Ok(AddResponse { value })
    }

    fn get(&self, request: &KeyRequest) -> GetResponse {
        match self.0.get(&request.key) {
            Some(Value::Text(value)) => GetResponse {
                value: value.clone(),
                exists: true,
            },
            _ => GetResponse::default(),
        }
    }

    fn set(&mut self, request: SetRequest) -> SetResponse {
        let value = request.value.clone();
        self.0.insert(request.key, Value::Text(request.value));
        SetResponse { value }
    }

    fn del(&mut self, request: KeyRequest) -> KeyResponse {
        self.0.remove(&request.key);
        KeyResponse { key: request.key }
    }

    fn key_exists(&self, request: &KeyRequest) -> GetResponse {
        GetResponse {
            value: String::new(),
            exists: self.0.contains_key(&request.key),
        }
    }

    fn range(&mut self, request: &RangeRequest) -> Result<ValuesResponse> {
        let list = self.list(&request.key)?;
        let span = span(request.start, request.stop, list.len());
        Ok(values(list.range(span).cloned()))
    }

    fn push(&mut self, request: ItemRequest) -> Result<CountResponse> {
        let list = self.list(&request.key)?;
        list.push_front(request.value);
        count(list.len())
    }

    fn list_item_delete(&mut self, request: ItemRequest) -> Result<CountResponse> {
        let list = self.list(&request.key)?;
        let before = list.len();
        list.retain(|item| *item != request.value);
        count(before - list.len())
    }

    fn set_add(&mut self, request: ItemRequest) -> Result<CountResponse> {
        let added = self.items(&request.key)?.insert(request.value);
        count(added.into())
    }

    fn set_remove(&mut self, request: &ItemRequest) -> Result<CountResponse> {
        let removed = self.items(&request.key)?.remove(&request.value);
        count(removed.into())
    }

    fn union(&self, request: &KeysRequest) -> Result<ValuesResponse> {
        let sets: Vec<_> = self.sets(request)?;
        Ok(values(sets.into_iter().flatten().collect::<BTreeSet<_>>()))
    }

    fn intersection(&self, request: &KeysRequest) -> Result<ValuesResponse> {
        let sets = self.sets(request)?.into_iter();
        let common = sets.reduce(|one, other| &one & &other);
        Ok(values(common.unwrap_or_default()))
    }

    fn sets(&self, request: &KeysRequest) -> Result<Vec<BTreeSet<String>>> {
        request.keys.iter().map(|key| self.members(key)).collect()
    }

    fn members(&self, key: &str) -> Result<BTreeSet<String>> {
        match self.0.get(key) {
            None => Ok(BTreeSet::new()),
            Some(Value::Set(set)) => Ok(set.clone()),
            Some(_) => Err(wrong_type()),
        }
    }

    fn list(&mut self, key: &str) -> Result<&mut VecDeque<String>> {
        let empty = || Value::List(VecDeque::new());
        match self.0.entry(key.to_owned()).or_insert_with(empty) {
            Value::List(list) => Ok(list),
            _ => Err(wrong_type()),
        }
    }

    fn items(&mut self, key: &str) -> Result<&mut BTreeSet<String>> {
        let empty = || Value::Set(BTreeSet::new());
        match self.0.entry(key.to_owned()).or_insert_with(empty) {
            Value::Set(set) => Ok(set),
            _ => Err(wrong_type()),
        }
    }
}

impl Value {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::List(list) => list.is_empty(),
            Self::Set(set) => set.is_empty(),
        }
    }
}

fn values(items: impl IntoIterator<Item = String>) -> ValuesResponse {
    ValuesResponse {
        values: items.into_iter().collect(),
    }
}

fn count(items: usize) -> Result<CountResponse> {
    Ok(CountResponse {
        new_count: items.try_into()?,
    })
}

/// Returns the indices from `start` to `stop`, inclusive; negative indices count from the end.
fn span(start: i32, stop: i32, length: usize) -> Range<usize> {
    let from_start = |index: i32| {
        let distance = index.unsigned_abs() as usize;
        if index < 0 {
            length.checked_sub(distance)
        } else {
            Some(distance)
        }
    };
    let start = from_start(start).unwrap_or(0);
    let end = from_start(stop).map_or(0, |stop| stop + 1).min(length);
    start.min(end)..end
}

fn wrong_type() -> Error {
    Error::msg("the key holds another type of value")
}

fn no_counter() -> Error {
    Error::msg("the value is not an integer, or out of range")
}
