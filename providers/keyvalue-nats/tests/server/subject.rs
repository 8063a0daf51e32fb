//! Bound actors of a server, each test with its own keys.

use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::keyvalue::{Client, Subject};
use capwire_keyvalue_nats::{Clock, KeyValueNats};
use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

/// The values with which a slow machine does not fail a test.
const SLOW: [(&str, &str); 3] = [
    ("CONNECT_TIMEOUT", "1m"),
    ("TIMEOUT", "60s"),
    ("BUCKET", "test"),
];

/// Returns the URL of the server.
pub(crate) fn url() -> String {
    capwire_scaffold::set_by_xtask("CAPWIRE_NATS_URL")
}

/// Returns text with which no other key on the server begins.
pub(crate) fn prefix() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    format!("{}-{now}-{count}", std::process::id())
}

/// A clock that stands still until it is moved.
#[derive(Clone, Default)]
struct Moved(Arc<AtomicU64>);

impl Clock for Moved {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// Returns a subject of the suite, without any data.
pub(crate) fn subject() -> Subject {
    let clock = Moved::default();
    let configured = Configured {
        provider: KeyValueNats::with_clock(clock.clone()),
        prefix: prefix(),
    };
    let pass = move |time: Duration| {
        clock.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    };
    Subject::new(configured, pass, ())
}

/// The provider with a configuration for each binding.
struct Configured {
    provider: KeyValueNats,
    prefix: String,
}

#[async_trait]
impl Provider for Configured {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.provider.descriptor()
    }

    async fn bind(&self, mut binding: Binding) -> Result<Bound, ProviderError> {
        let prefix = format!("{}.{}", self.prefix, binding.id.actor);
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
        self.provider.call(call).await
    }
}

/// Binds `MACTOR` with these values. Its keys are its own, unless the values have a prefix.
pub(crate) async fn bound<'s>(
    store: &'s KeyValueNats,
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
