//! The fourteen operations: they convert a message to a read or a write, and the result to an
//! answer.

use crate::change::{Action, Change};
use crate::refusal::Refusal;
use crate::schema::KeyValue;
use crate::spaces::Space;
use crate::view::View;
use bytes::Bytes;
use capwire_contracts::keyvalue::{
    self as kv, AddRequest, AddResponse, CountResponse, GetResponse, ItemRequest, KeyRequest,
    KeyResponse, KeysRequest, RangeRequest, SetRequest, SetResponse, ValuesResponse,
};
use capwire_embedded_common::{Failure, Store};
use capwire_provider::{Call, ProviderError};

/// The largest message in bytes. It waits in memory until it is written.
const MAX_MESSAGE: usize = 16 << 20;

/// A way to combine the sets under several keys of a space.
type Combination = fn(&View<'_>, &str, &[String]) -> Result<Vec<String>, Failure>;

/// The operations on one key space.
pub(crate) struct Operations<'a> {
    store: &'a Store<KeyValue>,
    space: Space,
}

impl<'a> Operations<'a> {
    pub(crate) fn new(store: &'a Store<KeyValue>, space: Space) -> Self {
        Self { store, space }
    }

    pub(crate) async fn serve(self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        if call.payload.len() > MAX_MESSAGE {
            return Err(Failure::from(Refusal::MessageTooLong(MAX_MESSAGE)).into());
        }
        match call.operation {
            kv::OP_ADD => self.add(call).await,
            kv::OP_GET => self.get(call).await,
            kv::OP_SET => self.set(call).await,
            kv::OP_DEL | kv::OP_CLEAR => self.delete(call).await,
            kv::OP_RANGE => self.range(call).await,
            kv::OP_PUSH => self.count(call, Action::Push).await,
            kv::OP_LIST_ITEM_DELETE => self.count(call, Action::RemoveItem).await,
            kv::OP_SET_ADD => self.count(call, Action::AddMember).await,
            kv::OP_SET_REMOVE => self.count(call, Action::RemoveMember).await,
            kv::OP_SET_UNION => {
                self.combine(call, |view, space, keys| view.union(space, keys))
                    .await
            }
            kv::OP_SET_INTERSECTION => {
                self.combine(call, |view, space, keys| view.intersection(space, keys))
                    .await
            }
            kv::OP_SET_QUERY => self.members(call).await,
            kv::OP_KEY_EXISTS => self.exists(call).await,
            _ => Err(call.unknown_operation()),
        }
    }

    async fn add(self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let AddRequest { key, value } = call.message()?;
        let value = self.write(&call, key, Action::Add(value)).await?;
        call.reply(&AddResponse { value })
    }

    async fn get(self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = call.message()?;
        let text = self.read(&call, move |view, space| view.text((space, &key)));
        let text = text.await?;
        call.reply(&GetResponse {
            exists: text.is_some(),
            value: text.unwrap_or_default(),
        })
    }

    async fn set(self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let SetRequest {
            key,
            value,
            expires,
        } = call.message()?;
        let action = Action::Set {
            value: value.clone(),
            expires_in_seconds: seconds(expires)?,
        };
        self.write(&call, key, action).await?;
        call.reply(&SetResponse { value })
    }

    async fn delete(self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = call.message()?;
        self.write(&call, key.clone(), Action::Delete).await?;
        call.reply(&KeyResponse { key })
    }

    async fn range(self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let RangeRequest { key, start, stop } = call.message()?;
        let values = self.read(&call, move |view, space| {
            view.range((space, &key), start, stop)
        });
        let values = values.await?;
        call.reply(&ValuesResponse { values })
    }

    async fn count(
        self,
        call: Call<'_>,
        action: fn(String) -> Action,
    ) -> Result<Bytes, ProviderError> {
        let ItemRequest { key, value } = call.message()?;
        let new_count = self.write(&call, key, action(value)).await?;
        call.reply(&CountResponse { new_count })
    }

    async fn combine(
        self,
        call: Call<'_>,
        combination: Combination,
    ) -> Result<Bytes, ProviderError> {
        let KeysRequest { keys } = call.message()?;
        let values = self.read(&call, move |view, space| combination(view, space, &keys));
        let values = values.await?;
        call.reply(&ValuesResponse { values })
    }

    async fn members(self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = call.message()?;
        let values = self.read(&call, move |view, space| view.members((space, &key)));
        let values = values.await?;
        call.reply(&ValuesResponse { values })
    }

    async fn exists(self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = call.message()?;
        let exists = self.read(&call, move |view, space| view.exists((space, &key)));
        let exists = exists.await?;
        call.reply(&GetResponse {
            value: String::new(),
            exists,
        })
    }

    async fn write(
        self,
        call: &Call<'_>,
        key: String,
        action: Action,
    ) -> Result<i32, ProviderError> {
        let Space { name, quota } = self.space;
        let change = Change {
            space: name,
            quota,
            key,
            action,
        };
        Ok(self.store.write(call, change).await?)
    }

    async fn read<R: Send + 'static>(
        self,
        call: &Call<'_>,
        query: impl FnOnce(&View<'_>, &str) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, ProviderError> {
        let space = self.space.name;
        let read = self.store.read(call, move |database, now, work| {
            query(&View::open(database, now, work)?, &space)
        });
        Ok(read.await?)
    }
}

fn seconds(expires: i32) -> Result<Option<u32>, Failure> {
    match u32::try_from(expires) {
        Ok(0) => Ok(None),
        Ok(seconds) => Ok(Some(seconds)),
        Err(_) => Err(Refusal::NegativeExpiry(expires).into()),
    }
}
