//! The values of a fake host.

use super::FakeHost;
use capwire_contracts::codec;
use capwire_contracts::config::{
    GetRequest, GetResponse, ListRequest, ListResponse, OP_GET, OP_LIST,
};
use std::collections::BTreeMap;

/// The values of all bindings, by name.
#[derive(Default)]
pub(super) struct Values(BTreeMap<String, (String, bool)>);

impl Values {
    pub(super) fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
        let answer = match operation {
            OP_GET => {
                let GetRequest { name } = read(payload)?;
                let (value, secret) = self.0.get(&name).cloned().unzip();
                let secret = secret.unwrap_or_default();
                codec::encode(&GetResponse { value, secret })
            }
            OP_LIST => {
                let ListRequest { prefix } = read(payload)?;
                let names = self.0.keys().filter(|name| name.starts_with(&prefix));
                let names = names.cloned().collect();
                codec::encode(&ListResponse { names })
            }
            other => return Err(format!("unknown operation `{other}`")),
        };
        answer.map_err(|error| error.to_string())
    }
}

fn read<M: serde::de::DeserializeOwned>(payload: &[u8]) -> Result<M, String> {
    codec::decode(payload).map_err(|error| error.to_string())
}

impl FakeHost {
    /// Gives actors a value of `capwire:config`, in each binding.
    #[must_use]
    pub fn config(self, name: &str, value: &str) -> Self {
        self.with(name, value, false)
    }

    /// Gives actors a secret value of `capwire:config`, in each binding.
    #[must_use]
    pub fn secret(self, name: &str, value: &str) -> Self {
        self.with(name, value, true)
    }

    fn with(self, name: &str, value: &str, is_secret: bool) -> Self {
        let value = (value.to_owned(), is_secret);
        self.0.values.borrow_mut().0.insert(name.to_owned(), value);
        self
    }
}
