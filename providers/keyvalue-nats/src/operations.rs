//! The fourteen operations.

use crate::entry::{Entry, Value, set};
use crate::failure::{Failure, Refusal};
use crate::snapshot;
use crate::store::{Change, Store};
use bytes::Bytes;
use capwire_contracts::keyvalue::{
    self as kv, AddRequest, AddResponse, CountResponse, GetResponse, ItemRequest, KeyRequest,
    KeyResponse, KeysRequest, RangeRequest, SetRequest, SetResponse, ValuesResponse,
};
use capwire_provider::{Call, ProviderError};
use std::collections::BTreeSet;
use tokio::time::Instant;

/// The largest message in bytes.
const MAX_MESSAGE: usize = 16 << 20;

/// The bytes by which each value of an answer counts more than its text.
const OVERHEAD: usize = 24;

/// The operations of one call.
pub(crate) struct Operations<'a> {
    store: &'a Store,
    call: Call<'a>,
    until: Instant,
}

impl<'a> Operations<'a> {
    /// Serves `call` when there is a place for it.
    pub(crate) async fn serve(store: &'a Store, call: Call<'a>) -> Result<Bytes, ProviderError> {
        if call.payload.len() > MAX_MESSAGE {
            return Err(Failure::from(Refusal::MessageTooLong(MAX_MESSAGE)).into());
        }
        let (until, _place) = store.begin(&call).await?;
        Self { store, call, until }.operation().await
    }

    async fn operation(self) -> Result<Bytes, ProviderError> {
        match self.call.operation {
            kv::OP_ADD => self.add().await,
            kv::OP_GET => self.get().await,
            kv::OP_SET => self.set().await,
            kv::OP_DEL | kv::OP_CLEAR => self.delete().await,
            kv::OP_RANGE => self.range().await,
            kv::OP_PUSH => self.push().await,
            kv::OP_LIST_ITEM_DELETE => self.remove_items().await,
            kv::OP_SET_ADD => self.add_member().await,
            kv::OP_SET_REMOVE => self.remove_member().await,
            kv::OP_SET_UNION => self.union().await,
            kv::OP_SET_INTERSECTION => self.intersection().await,
            kv::OP_SET_QUERY => self.members().await,
            kv::OP_KEY_EXISTS => self.exists().await,
            _ => Err(self.call.unknown_operation()),
        }
    }

    async fn add(self) -> Result<Bytes, ProviderError> {
        let AddRequest { key, value: by } = self.call.message()?;
        let sum = self.store.change(&key, self.until, |entry| {
            let (text, expires) = match entry {
                None => (None, None),
                Some(Entry { value, expires }) => match value {
                    Value::Text(text) => (Some(text), expires),
                    Value::List(_) | Value::Set(_) => return Err(Refusal::WrongType.into()),
                },
            };
            let number = text.map_or(Ok(0), |text| number(&key, &text))?;
            let sum = number.checked_add(by).ok_or_else(|| Refusal::Overflow {
                key: key.clone(),
                by,
            })?;
            let value = Value::Text(sum.to_string());
            Ok(Change::Put(Entry { value, expires }, sum))
        });
        let value = sum.await?;
        self.call.reply(&AddResponse { value })
    }

    async fn get(self) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = self.call.message()?;
        // A list or set counts as absent, as with the providers of 2020.
        let text = match self.value(&key).await? {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        if text.as_ref().is_some_and(|text| text.len() > self.most()) {
            return Err(Failure::from(Refusal::AnswerTooLong(self.most())).into());
        }
        self.call.reply(&GetResponse {
            exists: text.is_some(),
            value: text.unwrap_or_default(),
        })
    }

    async fn set(self) -> Result<Bytes, ProviderError> {
        let SetRequest {
            key,
            value,
            expires,
        } = self.call.message()?;
        let expires = match u32::try_from(expires) {
            Ok(0) => None,
            Ok(seconds) => Some(self.store.now().after_seconds(seconds)),
            Err(_) => return Err(Failure::from(Refusal::NegativeExpiry(expires)).into()),
        };
        let entry = Entry {
            value: Value::Text(value.clone()),
            expires,
        };
        self.store.write(&key, Some(entry), self.until).await?;
        self.call.reply(&SetResponse { value })
    }

    async fn delete(self) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = self.call.message()?;
        self.store.write(&key, None, self.until).await?;
        self.call.reply(&KeyResponse { key })
    }

    async fn range(self) -> Result<Bytes, ProviderError> {
        let RangeRequest { key, start, stop } = self.call.message()?;
        let items = list(self.value(&key).await?)?;
        let items = &items[..];
        let items = between(items.len(), start, stop).and_then(|range| items.get(range));
        self.reply(items.unwrap_or_default().iter())
    }

    async fn push(self) -> Result<Bytes, ProviderError> {
        self.change_items(|items, item| {
            items.insert(0, item);
            items.len()
        })
        .await
    }

    async fn remove_items(self) -> Result<Bytes, ProviderError> {
        self.change_items(|items, item| {
            let before = items.len();
            items.retain(|other| *other != item);
            before - items.len()
        })
        .await
    }

    async fn add_member(self) -> Result<Bytes, ProviderError> {
        self.change_members(|members, member| members.insert(member))
            .await
    }

    async fn remove_member(self) -> Result<Bytes, ProviderError> {
        self.change_members(|members, member| members.remove(&member))
            .await
    }

    async fn union(self) -> Result<Bytes, ProviderError> {
        let sets = self.sets().await?;
        let union: BTreeSet<String> = sets.into_iter().flatten().collect();
        self.reply(union.iter())
    }

    async fn intersection(self) -> Result<Bytes, ProviderError> {
        let mut sets = self.sets().await?.into_iter();
        let first = sets.next().unwrap_or_default();
        let common = sets.fold(first, |mut common, set| {
            common.retain(|member| set.contains(member));
            common
        });
        self.reply(common.iter())
    }

    async fn members(self) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = self.call.message()?;
        let members = set(self.value(&key).await?)?;
        self.reply(members.iter())
    }

    async fn exists(self) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = self.call.message()?;
        let exists = self.value(&key).await?.is_some();
        self.call.reply(&GetResponse {
            value: String::new(),
            exists,
        })
    }

    /// Returns the sets under the keys of the message.
    async fn sets(&self) -> Result<Vec<BTreeSet<String>>, ProviderError> {
        let KeysRequest { keys } = self.call.message()?;
        if keys.is_empty() {
            return Err(Failure::from(Refusal::NoKeys).into());
        }
        let keys = keys.into_iter().collect();
        Ok(snapshot::sets(self.store, &keys, self.until).await?)
    }

    /// Changes a list, and answers with the number that `change` returns. There are no empty lists.
    async fn change_items(
        self,
        change: impl Fn(&mut Vec<String>, String) -> usize,
    ) -> Result<Bytes, ProviderError> {
        let ItemRequest { key, value } = self.call.message()?;
        let count = self.store.change(&key, self.until, |entry| {
            let mut items = list(entry.map(|entry| entry.value))?;
            let was_empty = items.is_empty();
            let count = change(&mut items, value.clone());
            Ok(match items.is_empty() {
                true if was_empty => Change::Keep(count),
                true => Change::Remove(count),
                false => Change::Put(forever(Value::List(items)), count),
            })
        });
        let new_count = i32::try_from(count.await?).unwrap_or(i32::MAX);
        self.call.reply(&CountResponse { new_count })
    }

    /// Changes a set, and answers whether `change` did. There are no empty sets.
    async fn change_members(
        self,
        change: impl Fn(&mut BTreeSet<String>, String) -> bool,
    ) -> Result<Bytes, ProviderError> {
        let ItemRequest { key, value } = self.call.message()?;
        let changed = self.store.change(&key, self.until, |entry| {
            let mut members = set(entry.map(|entry| entry.value))?;
            Ok(match change(&mut members, value.clone()) {
                false => Change::Keep(false),
                true if members.is_empty() => Change::Remove(true),
                true => Change::Put(forever(Value::Set(members)), true),
            })
        });
        let new_count = i32::from(changed.await?);
        self.call.reply(&CountResponse { new_count })
    }

    async fn value(&self, key: &str) -> Result<Option<Value>, Failure> {
        let found = self.store.read(key, self.until).await?;
        Ok(found.entry.map(|entry| entry.value))
    }

    fn reply<'v>(&self, values: impl Iterator<Item = &'v String>) -> Result<Bytes, ProviderError> {
        let most = self.most();
        let mut bytes = 0;
        let mut answer = Vec::new();
        for value in values {
            bytes += value.len() + OVERHEAD;
            if bytes > most {
                return Err(Failure::from(Refusal::AnswerTooLong(most)).into());
            }
            answer.push(value.clone());
        }
        self.call.reply(&ValuesResponse { values: answer })
    }

    /// Returns the most bytes of an answer.
    fn most(&self) -> usize {
        self.store.settings.max_answer
    }
}

fn forever(value: Value) -> Entry {
    Entry {
        value,
        expires: None,
    }
}

fn list(value: Option<Value>) -> Result<Vec<String>, Failure> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::List(items)) => Ok(items),
        Some(Value::Text(_) | Value::Set(_)) => Err(Refusal::WrongType.into()),
    }
}

/// Parses a number as Redis does: only the canonical text of a number is accepted.
fn number(key: &str, text: &str) -> Result<i32, Refusal> {
    text.parse::<i32>()
        .ok()
        .filter(|number| number.to_string() == text)
        .ok_or_else(|| Refusal::NotANumber {
            key: key.to_owned(),
        })
}

/// Returns the places from `start` to `stop`, both inclusive. Negative numbers count from the end.
fn between(length: usize, start: i32, stop: i32) -> Option<std::ops::RangeInclusive<usize>> {
    let length = i64::try_from(length).ok()?;
    let place = |index: i32| match i64::from(index) {
        index if index < 0 => index + length,
        index => index,
    };
    let start = usize::try_from(place(start).max(0)).ok()?;
    let stop = usize::try_from(place(stop).min(length - 1)).ok()?;
    (start <= stop).then_some(start..=stop)
}
