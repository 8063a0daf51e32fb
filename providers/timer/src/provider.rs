//! Timers as a provider.

use crate::clock::{Clock, SystemClock};
use crate::entry::Random;
use crate::keys::{KEY_NAMES, KEYS};
use crate::member::Command;
use crate::registry::Registry;
use crate::settings::Settings;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::timer::{
    self, CancelRequest, CancelResponse, ListRequest, ListResponse, OP_CANCEL, OP_LIST, OP_SET,
    SetResponse, Timer,
};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, Resources, async_trait,
};
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A provider of `capwire:timer`. See the [crate's documentation](crate).
///
/// ```
/// use capwire_provider::Config;
/// use capwire_timer::Timers;
///
/// let values = [("CRON.report", "0 3 * * *"), ("ZONE", "Europe/Berlin")];
/// assert!(Timers::check(&Config::from_iter(values)).is_ok());
/// let values = [("CRON.report", "0 25 * * *")];
/// assert!(Timers::check(&Config::from_iter(values)).is_err());
/// ```
pub struct Timers {
    folder: Option<PathBuf>,
    registry: Mutex<Arc<Registry>>,
    /// Tells this provider from others that share its bindings in a swap.
    number: u64,
}

impl Timers {
    /// The configuration keys of a binding. One that ends with `.*` has the name of a timer in place of
    /// the star.
    pub const KEYS: &'static [&'static str] = KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = KEYS;

    /// Returns a provider that stores the timers of durable bindings in `folder`, which exists.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::with(Some(folder.into()), Arc::new(SystemClock), Arc::new(random))
    }

    /// Returns a provider that stores nothing. It refuses durable bindings.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::with(None, Arc::new(SystemClock), Arc::new(random))
    }

    /// Uses another clock, and `random` for jitter, which returns a number from 0 to its argument. Call it
    /// before the first binding.
    #[must_use]
    pub fn with_clock(
        self,
        clock: Arc<dyn Clock>,
        random: impl Fn(u64) -> u64 + Send + Sync + 'static,
    ) -> Self {
        Self::with(self.folder, clock, Arc::new(random))
    }

    fn with(folder: Option<PathBuf>, clock: Arc<dyn Clock>, random: Random) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        Self {
            folder,
            registry: Mutex::new(Arc::new(Registry::new(clock, random))),
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Checks the configuration of a binding.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        Settings::read(config).map(drop)
    }

    fn registry(&self) -> Arc<Registry> {
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&registry)
    }

    async fn set(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let timer: Timer = call.message()?;
        let set = |reply| Command::Set(timer, reply);
        let next = self.registry().ask(call.binding, set).await?;
        call.reply(&SetResponse { next })
    }

    async fn cancel(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let CancelRequest { name } = call.message()?;
        let cancel = |reply| Command::Cancel(name, reply);
        let existed = self.registry().ask(call.binding, cancel).await?;
        call.reply(&CancelResponse { existed })
    }

    async fn list(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let ListRequest { prefix } = call.message()?;
        let list = |reply| Command::List(prefix, reply);
        let timers = self.registry().ask(call.binding, list).await?;
        call.reply(&ListResponse { timers })
    }
}

/// Returns a random number from 0 to `most`.
fn random(most: u64) -> u64 {
    match (getrandom::u64(), most.checked_add(1)) {
        (Ok(number), Some(count)) => number.checked_rem(count).unwrap_or_default(),
        (Ok(number), None) => number,
        // Without jitter, timers are due all the same.
        (Err(_), _) => 0,
    }
}

impl fmt::Debug for Timers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timers")
            .field("bindings", &self.registry().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for Timers {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(timer::CONTRACT, "Timers", timer::OPERATIONS)
        }
    }

    /// The bindings with their timers. A successor goes on with them.
    fn resources(&self) -> Option<Resources> {
        Some(self.registry())
    }

    fn inherit(&self, resources: Resources) {
        if let Ok(inherited) = resources.downcast::<Registry>() {
            let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
            *registry = inherited;
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let settings = Settings::read(&binding.config)?;
        if settings.durable && self.folder.is_none() {
            let reason = "must be `no`, because this host has no folder for timers";
            return Err(ProviderError::config("DURABLE", reason));
        }
        let folder = self.folder.as_deref();
        let registry = self.registry();
        registry
            .bind(self.number, binding, settings, folder)
            .await?;
        Ok(Bound::default())
    }

    /// Ends the binding after the calls under way, for which it waits at most 5 s.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.registry().unbind(self.number, binding).await;
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            OP_SET => self.set(&call).await,
            OP_CANCEL => self.cancel(&call).await,
            OP_LIST => self.list(&call).await,
            _ => Err(call.unknown_operation()),
        }
    }

    async fn drain(&self, time: Duration) -> usize {
        self.registry().drain(self.number, time).await
    }
}
