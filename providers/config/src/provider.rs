//! Values as a provider.

use bytes::Bytes;
use capwire_contracts::config::{
    self, GetRequest, GetResponse, ListRequest, ListResponse, OP_GET, OP_LIST,
};
use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The keys of a binding: each is the name of a value.
const KEYS: &[Key] = &[Key::new("*", "none", "The value of this name.")];

const MOST_VALUES: usize = 1_000;
const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 64 << 10;
/// The maximum size of all values, which is less than the default limit of a message.
const LONGEST: usize = 1 << 20;

/// A provider of `capwire:config`. See the [crate's documentation](crate).
///
/// ```
/// use capwire_config::Values;
/// use capwire_provider::Config;
///
/// assert!(Values::check(&Config::from_iter([("GREETING", "Hello")])).is_ok());
/// assert!(Values::check(&Config::from_iter([("LONG", "x".repeat(100_000))])).is_err());
/// ```
#[derive(Default)]
pub struct Values {
    bindings: Mutex<BTreeMap<BindingId, Arc<Config>>>,
}

impl Values {
    /// The configuration keys of a binding: the star stands for any name.
    pub const KEYS: &'static [&'static str] = &["*"];

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = KEYS;

    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the configuration of a binding.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        let (mut count, mut size) = (0, 0);
        for (key, value) in named(config) {
            let wrong = |reason: String| Err(ProviderError::config(key, reason));
            count += 1;
            size += key.len() + value.len();
            if key.len() > LONGEST_NAME || key.chars().any(char::is_control) {
                let reason =
                    format!("a name has at most {LONGEST_NAME} bytes and no control characters");
                return wrong(reason);
            }
            if value.len() > LONGEST_VALUE {
                return wrong(format!("must have at most {LONGEST_VALUE} bytes"));
            }
            if count > MOST_VALUES {
                return wrong(format!("is one of more than {MOST_VALUES} values"));
            }
            if size > LONGEST {
                return wrong(format!(
                    "all values together have more than {LONGEST} bytes"
                ));
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<BindingId, Arc<Config>>> {
        self.bindings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn config(&self, id: &BindingId) -> Result<Arc<Config>, ProviderError> {
        let config = self.lock().get(id).cloned();
        config.ok_or(ProviderError::NotBound)
    }
}

/// Returns the names and values, without what only the host may set.
fn named(config: &Config) -> impl Iterator<Item = (&str, &str)> {
    let is_reserved = |key: &str| key.starts_with(Config::RESERVED_PREFIX);
    config.iter().filter(move |(key, _)| !is_reserved(key))
}

fn get(config: &Config, request: &GetRequest) -> GetResponse {
    let found = named(config).find(|(name, _)| *name == request.name);
    GetResponse {
        value: found.map(|(_, value)| value.to_owned()),
        secret: found.is_some_and(|(name, _)| config.is_secret(name)),
    }
}

fn list(config: &Config, request: &ListRequest) -> ListResponse {
    let names = named(config).map(|(name, _)| name);
    let names = names.filter(|name| name.starts_with(&request.prefix));
    ListResponse {
        names: names.map(str::to_owned).collect(),
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values")
            .field("bindings", &self.lock().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for Values {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(config::CONTRACT, "Values of bindings", config::OPERATIONS)
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        Self::check(&binding.config)?;
        self.lock().insert(binding.id, Arc::new(binding.config));
        Ok(Bound::default())
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.lock().remove(binding);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let config = self.config(call.binding)?;
        match call.operation {
            OP_GET => call.reply(&get(&config, &call.message()?)),
            OP_LIST => call.reply(&list(&config, &call.message()?)),
            _ => Err(call.unknown_operation()),
        }
    }
}
