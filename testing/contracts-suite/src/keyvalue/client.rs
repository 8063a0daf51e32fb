//! The operations as an actor would use them.

use capwire_contracts::codec;
use capwire_contracts::keyvalue::{
    self as kv, AddRequest, AddResponse, CountResponse, GetResponse, ItemRequest, KeyRequest,
    KeyResponse, KeysRequest, RangeRequest, SetRequest, SetResponse, ValuesResponse,
};
use capwire_provider::{BindingId, Call, CallLimits, Provider, ProviderError};
use serde::Serialize;
use serde::de::DeserializeOwned;

type Result<T> = std::result::Result<T, ProviderError>;

/// One bound actor. Every method is the operation of its name; all fail as the provider does.
#[derive(Clone)]
pub struct Client<'p> {
    provider: &'p dyn Provider,
    id: BindingId,
    limits: Option<&'p dyn CallLimits>,
}

#[expect(missing_docs, clippy::missing_errors_doc, reason = "said at the type")]
impl<'p> Client<'p> {
    pub fn new(provider: &'p dyn Provider, id: BindingId) -> Self {
        let limits = None;
        Self {
            provider,
            id,
            limits,
        }
    }

    /// The same actor, whose calls have these limits.
    pub fn limited<'l>(&self, limits: &'l dyn CallLimits) -> Client<'l>
    where
        'p: 'l,
    {
        Client {
            provider: self.provider,
            id: self.id.clone(),
            limits: Some(limits),
        }
    }

    /// Sends bytes as they are.
    pub async fn raw(&self, operation: &str, payload: &[u8]) -> Result<bytes::Bytes> {
        let mut call = Call::new(&self.id, operation, payload);
        if let Some(limits) = self.limits {
            call = call.limited(limits);
        }
        self.provider.call(call).await
    }

    pub async fn add(&self, key: &str, value: i32) -> Result<i32> {
        let key = key.to_owned();
        let sum: AddResponse = self.ask(kv::OP_ADD, &AddRequest { key, value }).await?;
        Ok(sum.value)
    }

    pub async fn get(&self, key: &str) -> Result<Option<String>> {
        let found: GetResponse = self.ask(kv::OP_GET, &on(key)).await?;
        assert!(
            found.exists || found.value.is_empty(),
            "an absent key has a value"
        );
        Ok(found.exists.then_some(found.value))
    }

    pub async fn set(&self, key: &str, value: &str) -> Result<String> {
        self.set_for(key, value, 0).await
    }

    pub async fn set_for(&self, key: &str, value: &str, expires: i32) -> Result<String> {
        let request = SetRequest {
            key: key.to_owned(),
            value: value.to_owned(),
            expires,
        };
        let written: SetResponse = self.ask(kv::OP_SET, &request).await?;
        Ok(written.value)
    }

    pub async fn del(&self, key: &str) -> Result<String> {
        let removed: KeyResponse = self.ask(kv::OP_DEL, &on(key)).await?;
        Ok(removed.key)
    }

    pub async fn clear(&self, key: &str) -> Result<String> {
        let removed: KeyResponse = self.ask(kv::OP_CLEAR, &on(key)).await?;
        Ok(removed.key)
    }

    pub async fn range(&self, key: &str, start: i32, stop: i32) -> Result<Vec<String>> {
        let key = key.to_owned();
        let request = RangeRequest { key, start, stop };
        self.values(kv::OP_RANGE, &request).await
    }

    pub async fn push(&self, key: &str, value: &str) -> Result<i32> {
        self.count(kv::OP_PUSH, key, value).await
    }

    pub async fn list_item_delete(&self, key: &str, value: &str) -> Result<i32> {
        self.count(kv::OP_LIST_ITEM_DELETE, key, value).await
    }

    pub async fn set_add(&self, key: &str, value: &str) -> Result<i32> {
        self.count(kv::OP_SET_ADD, key, value).await
    }

    pub async fn set_remove(&self, key: &str, value: &str) -> Result<i32> {
        self.count(kv::OP_SET_REMOVE, key, value).await
    }

    /// Sorted, since sets have no order.
    pub async fn set_query(&self, key: &str) -> Result<Vec<String>> {
        sorted(self.values(kv::OP_SET_QUERY, &on(key)).await)
    }

    /// Sorted.
    pub async fn set_union(&self, keys: &[&str]) -> Result<Vec<String>> {
        self.several(kv::OP_SET_UNION, keys).await
    }

    /// Sorted.
    pub async fn set_intersection(&self, keys: &[&str]) -> Result<Vec<String>> {
        self.several(kv::OP_SET_INTERSECTION, keys).await
    }

    /// An operation on several sets.
    pub async fn several(&self, operation: &str, keys: &[&str]) -> Result<Vec<String>> {
        sorted(self.values(operation, &of(keys)).await)
    }

    pub async fn exists(&self, key: &str) -> Result<bool> {
        let found: GetResponse = self.ask(kv::OP_KEY_EXISTS, &on(key)).await?;
        assert_eq!(found.value, "", "KeyExists tells no values");
        Ok(found.exists)
    }

    async fn count(&self, operation: &str, key: &str, value: &str) -> Result<i32> {
        let request = ItemRequest {
            key: key.to_owned(),
            value: value.to_owned(),
        };
        let counted: CountResponse = self.ask(operation, &request).await?;
        Ok(counted.new_count)
    }

    async fn values(&self, operation: &str, request: &impl Serialize) -> Result<Vec<String>> {
        let found: ValuesResponse = self.ask(operation, request).await?;
        Ok(found.values)
    }

    async fn ask<R: DeserializeOwned>(
        &self,
        operation: &str,
        request: &impl Serialize,
    ) -> Result<R> {
        let payload = codec::encode(request).unwrap();
        let reply = self.raw(operation, &payload).await?;
        Ok(codec::decode(&reply).expect("the reply is the operation's message"))
    }
}

fn on(key: &str) -> KeyRequest {
    KeyRequest {
        key: key.to_owned(),
    }
}

fn of(keys: &[&str]) -> KeysRequest {
    KeysRequest {
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
    }
}

fn sorted(values: Result<Vec<String>>) -> Result<Vec<String>> {
    values.map(|mut values| {
        values.sort();
        values
    })
}
