//! The databases as a provider.

use crate::connection::{self, Access};
use crate::database::{Database, Databases};
use crate::job;
use crate::settings::{self, Settings};
use arc_swap::ArcSwap;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::sql;
use capwire_provider::{
    Binding, BindingId, BlockingPool, Bound, Call, Config, HandOver, Key, Provider, ProviderError,
    async_trait,
};
use capwire_sql_common::message::Job;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::spawn_blocking;
use tokio::time::timeout_at;

/// A provider of `capwire:sql` with databases in the files of one folder. See the
/// [crate's documentation](crate).
///
/// ```
/// use capwire_provider::Config;
/// use capwire_sql_sqlite::SqlSqlite;
///
/// let config = Config::from_iter([("DATABASE", "guests"), ("TIMEOUT", "500ms")]);
/// assert!(SqlSqlite::check(&config).is_ok());
/// ```
pub struct SqlSqlite {
    databases: Arc<Databases>,
    bindings: ArcSwap<HashMap<BindingId, Arc<Opened>>>,
    threads: BlockingPool,
}

/// A binding and its database.
struct Opened {
    settings: Settings,
    database: Arc<Database>,
}

impl SqlSqlite {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = settings::KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = settings::KEYS;

    /// The configuration keys whose values are names of files or folders.
    pub const FILE_KEYS: &'static [&'static str] = settings::FILE_KEYS;

    /// Returns a provider with its databases in `folder`. Opens and creates nothing before the first
    /// binding.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            databases: Arc::new(Databases::new(folder.into())),
            bindings: ArcSwap::default(),
            threads: BlockingPool::default(),
        }
    }

    /// Checks the configuration of a binding. Reads the migrations, but opens no database.
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

    /// Adds a binding, or removes it if it is `None`. Returns the one that was there.
    fn put(&self, id: &BindingId, opened: Option<&Arc<Opened>>) -> Option<Arc<Opened>> {
        let before = self.bindings.rcu(|bindings| {
            let mut bindings = HashMap::clone(bindings);
            match opened {
                Some(opened) => bindings.insert(id.clone(), opened.clone()),
                None => bindings.remove(id),
            };
            bindings
        });
        before.get(id).cloned()
    }
}

impl fmt::Debug for SqlSqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlSqlite")
            .field("bindings", &self.bindings.load().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for SqlSqlite {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(sql::CONTRACT, "SQL on SQLite", sql::OPERATIONS)
        }
    }

    /// The provider owns its files.
    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let databases = self.databases.clone();
        let (id, config) = (binding.id.clone(), binding.config);
        let opened = spawn_blocking(move || {
            let settings = Settings::read(&id, &config)?;
            let database = databases.of(&settings)?;
            Ok::<_, ProviderError>(Opened { settings, database })
        });
        let opened = opened
            .await
            .map_err(|error| ProviderError::unavailable("the database", error))??;
        let before = self.put(&binding.id, Some(&Arc::new(opened)));
        close(before).await;
        Ok(Bound::default())
    }

    /// Forgets the binding. Operations in progress are finished, and then the database is closed.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        close(self.put(binding, None)).await;
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let opened = self.opened(call.binding)?;
        let job = Job::of(&call)?;
        let until = Instant::now() + opened.settings.timeout;
        let answer = match job::access(&job, &opened.settings) {
            Access::Read => {
                let run = self.threads.run(&call, move |work| {
                    let Opened { settings, database } = &*opened;
                    database.read(job, work, settings, until)
                });
                run.await
            }
            Access::Write => {
                let writer = timeout_at(until.into(), opened.database.writer()).await;
                let mut writer = writer.map_err(|_| connection::too_slow())?;
                let run = self.threads.run(&call, move |work| {
                    job::run(job, &mut writer, work, &opened.settings, until)
                });
                run.await
            }
        };
        answer?.reply(&call)
    }
}

/// Closes the database of a binding on a thread that may block, because the last connection writes.
async fn close(opened: Option<Arc<Opened>>) {
    if opened.is_some() {
        // An error means that the runtime ends, which closes it, too.
        let _ = spawn_blocking(move || drop(opened)).await;
    }
}
