//! Bound actors of a server, each test with its own schemas.

use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts_suite::sql::{Client as Actor, Subject};
use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};
use capwire_sql_postgres::SqlPostgres;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};

/// The values with which a slow machine does not fail a test.
const SLOW: [(&str, &str); 2] = [("CONNECT_TIMEOUT", "1m"), ("TIMEOUT", "1m")];

/// The time between two questions to a server.
const PAUSE: Duration = Duration::from_millis(5);

/// Returns the URL of the server, for a role that is no superuser.
pub(crate) fn url() -> String {
    capwire_scaffold::set_by_xtask("CAPWIRE_POSTGRES_URL")
}

/// Returns the address of the server, such as `127.0.0.1:5432`.
pub(crate) fn address() -> String {
    let url = url();
    let address = url.split('@').nth(1).unwrap().split('/').next();
    address.unwrap().to_owned()
}

/// Returns a connection of the superuser, without the provider.
pub(crate) async fn direct() -> Client {
    let stream = TcpStream::connect(address()).await.unwrap();
    let mut config = Config::new();
    config.user("postgres").dbname("capwire");
    config.ssl_mode(SslMode::Disable);
    let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Waits for a moment between two questions.
pub(crate) async fn pause() {
    tokio::time::sleep(PAUSE).await;
}

/// Returns a name that nothing else on the server has.
pub(crate) fn name() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    format!("t{}_{now}_{count}", std::process::id())
}

/// Returns a subject of the suite, without any data.
pub(crate) fn subject() -> Subject {
    let configured = Configured {
        provider: SqlPostgres::new(),
        prefix: name(),
    };
    Subject::new(configured, [], ())
}

/// The provider with a configuration for each binding.
struct Configured {
    provider: SqlPostgres,
    prefix: String,
}

#[async_trait]
impl Provider for Configured {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.provider.descriptor()
    }

    async fn bind(&self, mut binding: Binding) -> Result<Bound, ProviderError> {
        let schema = format!("{}_{}", self.prefix, binding.id.actor.to_ascii_lowercase());
        let url = url();
        let own = [("URL", &*url), ("SCHEMA", &*schema)];
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

/// Creates a table of three guests.
pub(crate) async fn guests(sql: &Actor<'_>) {
    for statement in [
        "CREATE TABLE guests (id BIGINT PRIMARY KEY, name TEXT)",
        "INSERT INTO guests VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Edsger')",
    ] {
        sql.execute(statement, &[]).await.unwrap();
    }
}
