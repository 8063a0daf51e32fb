//! Bound actors of a server, each test with its own keys.

use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::keyvalue::{OP_SET, SetRequest};
use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::keyvalue::{Client, Subject};
use capwire_keyvalue_redis::KeyValueRedis;
use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

/// The seconds of the server in one second of a test, so that no slow machine lets a key expire early.
const SECONDS: u32 = 1000;

/// The values with which a slow machine does not fail a test.
const SLOW: [(&str, &str); 2] = [("CONNECT_TIMEOUT", "1m"), ("TIMEOUT", "1m")];

/// Returns the URL of the server.
pub(crate) fn url() -> String {
    capwire_scaffold::set_by_xtask("CAPWIRE_REDIS_URL")
}

/// Returns a connection without the provider.
pub(crate) fn direct() -> redis::Connection {
    redis::Client::open(url())
        .unwrap()
        .get_connection()
        .unwrap()
}

/// Returns text with which no other key on the server begins.
pub(crate) fn prefix() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    format!("{}-{now}-{count}:", std::process::id())
}

/// Returns a subject of the suite, without any data.
pub(crate) fn subject() -> Subject {
    let prefix = prefix();
    let configured = Configured {
        provider: KeyValueRedis::new(),
        prefix: prefix.clone(),
    };
    Subject::new(configured, move |time| pass(&prefix, time), ())
}

/// Lets time pass for all keys that begin with `prefix`.
fn pass(prefix: &str, time: Duration) {
    let script = "for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
        local left = redis.call('PTTL', key)
        if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[2]) end
    end";
    let millis = u64::try_from((time * SECONDS).as_millis()).unwrap();
    let mut moved = redis::cmd("EVAL");
    moved.arg(script).arg(0).arg(prefix).arg(millis);
    moved.exec(&mut direct()).unwrap();
}

/// The provider with a configuration for each binding.
struct Configured {
    provider: KeyValueRedis,
    prefix: String,
}

#[async_trait]
impl Provider for Configured {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.provider.descriptor()
    }

    async fn bind(&self, mut binding: Binding) -> Result<Bound, ProviderError> {
        let prefix = format!("{}{}:", self.prefix, binding.id.actor);
        let url = url();
        let own = [("URL", &*url), ("PREFIX", &*prefix)];
        let values = SLOW.into_iter().chain(own).chain(binding.config.iter());
        binding.config = values.collect();
        self.provider.bind(binding).await
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.provider.unbind(binding).await
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let slowed = slowed(&call);
        let mut call = call;
        if let Some(payload) = &slowed {
            call.payload = payload;
        }
        self.provider.call(call).await
    }
}

/// Returns a message of `Set` in seconds of the server.
fn slowed(call: &Call<'_>) -> Option<Vec<u8>> {
    if call.operation != OP_SET {
        return None;
    }
    let mut message: SetRequest = call.message().ok()?;
    message.expires *= i32::try_from(SECONDS).unwrap();
    Some(codec::encode(&message).unwrap())
}

/// Binds `MACTOR` with these values. Its keys are its own, unless the values have a prefix.
pub(crate) async fn bound<'s>(
    store: &'s KeyValueRedis,
    values: &[(&str, &str)],
) -> Result<Client<'s>, ProviderError> {
    let (url, prefix) = (url(), prefix());
    let own = [("URL", &*url), ("PREFIX", &*prefix)];
    let id = BindingId {
        actor: "MACTOR".to_owned(),
        name: "default".to_owned(),
    };
    let binding = Binding {
        id: id.clone(),
        config: SLOW
            .into_iter()
            .chain(own)
            .chain(values.iter().copied())
            .collect(),
        actor: Arc::new(Nobody),
    };
    store.bind(binding).await?;
    Ok(Client::new(store, id))
}
