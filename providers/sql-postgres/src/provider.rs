//! The provider, with connections for each binding.

use crate::pool::Pool;
use crate::run::run;
use crate::settings::{self, Settings};
use crate::setup;
use arc_swap::ArcSwap;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::sql;
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use capwire_sql_common::message::Job;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use tokio::time::Instant;

/// A provider of `capwire:sql` on PostgreSQL for any number of actors. See the [crate's documentation](crate).
///
/// Each binding has its own connections. To bind an existing binding again replaces its configuration and its
/// connections.
///
/// ```
/// use capwire_provider::Config;
/// use capwire_sql_postgres::SqlPostgres;
///
/// let config = Config::from_iter([("URL", "postgres://guests@db.example.com/guests"), ("PASSWORD", "…")]);
/// assert!(SqlPostgres::check(&config).is_ok());
/// ```
#[derive(Default)]
pub struct SqlPostgres {
    bindings: ArcSwap<HashMap<BindingId, Arc<Opened>>>,
}

/// A binding and its connections.
struct Opened {
    settings: Settings,
    pool: Arc<Pool>,
}

impl SqlPostgres {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = settings::KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = settings::KEYS;

    /// The configuration keys whose values are names of files or folders, or PEM.
    pub const FILE_KEYS: &'static [&'static str] = settings::FILE_KEYS;

    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the configuration of a binding. Reads certificates and migrations, but connects to nothing.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        let nobody = BindingId {
            actor: String::new(),
            name: String::new(),
        };
        Settings::read(&nobody, config).map(drop)
    }

    fn opened(&self, binding: &BindingId) -> Result<Arc<Opened>, ProviderError> {
        let bindings = self.bindings.load();
        bindings
            .get(binding)
            .cloned()
            .ok_or(ProviderError::NotBound)
    }

    /// Adds a binding, or removes it if it is `None`.
    fn put(&self, id: &BindingId, opened: Option<&Arc<Opened>>) {
        self.bindings.rcu(|bindings| {
            let mut bindings = HashMap::clone(bindings);
            match opened {
                Some(opened) => bindings.insert(id.clone(), opened.clone()),
                None => bindings.remove(id),
            };
            bindings
        });
    }
}

impl fmt::Debug for SqlPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlPostgres")
            .field("bindings", &self.bindings.load().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for SqlPostgres {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(sql::CONTRACT, "SQL on PostgreSQL", sql::OPERATIONS)
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let settings = Settings::read(&binding.id, &binding.config)?;
        setup::prepare(&settings).await?;
        let pool = Pool::new(settings.server.clone(), settings.max_connections);
        let opened = Opened {
            settings,
            pool: Arc::new(pool),
        };
        self.put(&binding.id, Some(&Arc::new(opened)));
        Ok(Bound::default())
    }

    /// Forgets the binding. Operations in progress are finished, and then the connections are closed.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.put(binding, None);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let opened = self.opened(call.binding)?;
        let job = Job::of(&call)?;
        let longest = opened.settings.timeout;
        let time = call.time_left().map_or(longest, |left| left.min(longest));
        let until = Instant::now() + time;
        let answer = run(&opened.pool, &opened.settings, job, until).await?;
        answer.reply(&call)
    }
}
