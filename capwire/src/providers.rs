//! The providers of this repository. A program passes a provider to the host as a value.

#[cfg(all(feature = "blobstore-local", unix))]
pub use capwire_blobstore_local::BlobstoreLocal;
#[cfg(feature = "blobstore-s3")]
pub use capwire_blobstore_s3::BlobstoreS3;
#[cfg(feature = "config")]
pub use capwire_config::Values;
#[cfg(all(feature = "eventstreams-embedded", not(feature = "keyvalue-embedded")))]
pub use capwire_eventstreams_embedded::OpenError;
#[cfg(feature = "eventstreams-embedded")]
pub use capwire_eventstreams_embedded::{EventStoreFactory, EventStreamsEmbedded};
#[cfg(feature = "eventstreams-nats")]
pub use capwire_eventstreams_nats::EventStreamsNats;
#[cfg(feature = "eventstreams-redis")]
pub use capwire_eventstreams_redis::EventStreamsRedis;
#[cfg(feature = "extras")]
pub use capwire_extras::Extras;
#[cfg(feature = "http-client")]
pub use capwire_http_client::HttpClient;
#[cfg(feature = "http-server")]
pub use capwire_http_server::HttpServer;
#[cfg(feature = "keyvalue-embedded")]
pub use capwire_keyvalue_embedded::{KeyValueEmbedded, OpenError, StoreFactory};
#[cfg(feature = "keyvalue-nats")]
pub use capwire_keyvalue_nats::KeyValueNats;
#[cfg(feature = "keyvalue-redis")]
pub use capwire_keyvalue_redis::KeyValueRedis;
#[cfg(feature = "logging")]
pub use capwire_logging::Logging;
#[cfg(feature = "messaging-local")]
pub use capwire_messaging_local::MessagingLocal;
#[cfg(feature = "messaging-nats")]
pub use capwire_messaging_nats::MessagingNats;
#[cfg(feature = "sql-postgres")]
pub use capwire_sql_postgres::SqlPostgres;
#[cfg(feature = "sql-sqlite")]
pub use capwire_sql_sqlite::SqlSqlite;
#[cfg(feature = "timer")]
pub use capwire_timer::Timers;
