//! The table of the providers that come with this binary.

use super::{Builtin, Opening};
use crate::error::Error;
use capwire::provider::{Config, HandOver, Provider, ProviderError, ProviderFactory as _};
#[cfg(all(feature = "blobstore-local", unix))]
use capwire::providers::BlobstoreLocal;
#[cfg(feature = "blobstore-s3")]
use capwire::providers::BlobstoreS3;
#[cfg(feature = "eventstreams-nats")]
use capwire::providers::EventStreamsNats;
#[cfg(feature = "eventstreams-redis")]
use capwire::providers::EventStreamsRedis;
#[cfg(feature = "http-client")]
use capwire::providers::HttpClient;
#[cfg(feature = "keyvalue-nats")]
use capwire::providers::KeyValueNats;
#[cfg(feature = "keyvalue-redis")]
use capwire::providers::KeyValueRedis;
#[cfg(feature = "messaging-local")]
use capwire::providers::MessagingLocal;
#[cfg(feature = "messaging-nats")]
use capwire::providers::MessagingNats;
#[cfg(feature = "sql-postgres")]
use capwire::providers::SqlPostgres;
#[cfg(feature = "sql-sqlite")]
use capwire::providers::SqlSqlite;
#[cfg(feature = "timer")]
use capwire::providers::Timers;
#[cfg(feature = "eventstreams-embedded")]
use capwire::providers::{EventStoreFactory, EventStreamsEmbedded};
use capwire::providers::{Extras, HttpServer, KeyValueEmbedded, Logging, StoreFactory, Values};
use capwire::{ActorOptions, BindingName, contracts};
use std::net::SocketAddr;
use std::sync::Arc;

const STORES: &str = "keyvalue";

#[cfg(all(feature = "blobstore-local", unix))]
const BLOBS: &str = "blobs";

#[cfg(feature = "eventstreams-embedded")]
const EVENTS: &str = "eventstreams";

#[cfg(feature = "sql-sqlite")]
const DATABASES: &str = "sql";

#[cfg(feature = "timer")]
const TIMERS: &str = "timers";

/// The built-in providers. The first one of a contract is its default.
pub(super) const BUILTINS: &[Builtin] = &[
    #[cfg(all(feature = "blobstore-local", unix))]
    Builtin {
        name: "blobstore-local",
        contract: contracts::blobstore::CONTRACT,
        opens_actors: false,
        keys: BlobstoreLocal::KEYS,
        described: BlobstoreLocal::DESCRIBED,
        files: BlobstoreLocal::FILE_KEYS,
        keeps: Some(BLOBS),
        hand_over: HandOver::Exclusive,
        check: |config, _| BlobstoreLocal::check(config).map(|()| None),
        together: None,
        describe: || BlobstoreLocal::new("").descriptor(),
        open: |name, opening| {
            let folder = opening.data.folder(BLOBS, name.as_str())?;
            Ok(Arc::new(BlobstoreLocal::new(folder)))
        },
    },
    #[cfg(feature = "blobstore-s3")]
    Builtin {
        name: "blobstore-s3",
        contract: contracts::blobstore::CONTRACT,
        opens_actors: false,
        keys: BlobstoreS3::KEYS,
        described: BlobstoreS3::DESCRIBED,
        files: BlobstoreS3::FILE_KEYS,
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| BlobstoreS3::check(config).map(|()| None),
        together: None,
        describe: || BlobstoreS3::new().descriptor(),
        open: |_, _| Ok(Arc::new(BlobstoreS3::new())),
    },
    Builtin {
        name: "extras",
        contract: contracts::extras::CONTRACT,
        opens_actors: false,
        keys: &[],
        described: &[],
        files: &[],
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: without_keys,
        together: None,
        describe: || Extras::new().descriptor(),
        open: |_, _| Ok(Arc::new(Extras::new())),
    },
    #[cfg(feature = "eventstreams-embedded")]
    Builtin {
        name: "eventstreams-embedded",
        contract: contracts::eventstreams::CONTRACT,
        opens_actors: false,
        keys: EventStreamsEmbedded::KEYS,
        described: EventStreamsEmbedded::DESCRIBED,
        files: &[],
        keeps: Some(EVENTS),
        hand_over: HandOver::Exclusive,
        check: |config, _| EventStreamsEmbedded::check(config).map(|()| None),
        together: None,
        describe: || EventStoreFactory::new("").descriptor(),
        open: open_events,
    },
    #[cfg(feature = "eventstreams-nats")]
    Builtin {
        name: "eventstreams-nats",
        contract: contracts::eventstreams::CONTRACT,
        opens_actors: false,
        keys: EventStreamsNats::KEYS,
        described: EventStreamsNats::DESCRIBED,
        files: EventStreamsNats::FILE_KEYS,
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| EventStreamsNats::check(config).map(|()| None),
        together: None,
        describe: || EventStreamsNats::new().descriptor(),
        open: |_, _| Ok(Arc::new(EventStreamsNats::new())),
    },
    #[cfg(feature = "eventstreams-redis")]
    Builtin {
        name: "eventstreams-redis",
        contract: contracts::eventstreams::CONTRACT,
        opens_actors: false,
        keys: EventStreamsRedis::KEYS,
        described: EventStreamsRedis::DESCRIBED,
        files: EventStreamsRedis::FILE_KEYS,
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| EventStreamsRedis::check(config).map(|()| None),
        together: None,
        describe: || EventStreamsRedis::new().descriptor(),
        open: |_, _| Ok(Arc::new(EventStreamsRedis::new())),
    },
    #[cfg(feature = "http-client")]
    Builtin {
        name: "http-client",
        contract: contracts::http::CLIENT_CONTRACT,
        opens_actors: false,
        keys: HttpClient::KEYS,
        described: HttpClient::DESCRIBED,
        files: &[],
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| HttpClient::check(config).map(|()| None),
        together: None,
        describe: || HttpClient::new().descriptor(),
        open: |_, _| Ok(Arc::new(HttpClient::new())),
    },
    Builtin {
        name: "http-server",
        contract: contracts::http::CONTRACT,
        opens_actors: true,
        keys: HttpServer::KEYS,
        described: HttpServer::DESCRIBED,
        files: HttpServer::FILE_KEYS,
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: check_http_server,
        together: Some(HttpServer::check_together),
        describe: || HttpServer::new().descriptor(),
        open: |_, opening| Ok(Arc::new(HttpServer::new().show_failures(opening.dev))),
    },
    Builtin {
        name: "keyvalue-embedded",
        contract: contracts::keyvalue::CONTRACT,
        opens_actors: false,
        keys: KeyValueEmbedded::KEYS,
        described: &[],
        files: &[],
        keeps: Some(STORES),
        hand_over: HandOver::Exclusive,
        check: |config, _| KeyValueEmbedded::check(config).map(|()| None),
        together: None,
        describe: || StoreFactory::new("").descriptor(),
        open: open_store,
    },
    #[cfg(feature = "keyvalue-nats")]
    Builtin {
        name: "keyvalue-nats",
        contract: contracts::keyvalue::CONTRACT,
        opens_actors: false,
        keys: KeyValueNats::KEYS,
        described: KeyValueNats::DESCRIBED,
        files: KeyValueNats::FILE_KEYS,
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| KeyValueNats::check(config).map(|()| None),
        together: None,
        describe: || KeyValueNats::new().descriptor(),
        open: |_, _| Ok(Arc::new(KeyValueNats::new())),
    },
    #[cfg(feature = "keyvalue-redis")]
    Builtin {
        name: "keyvalue-redis",
        contract: contracts::keyvalue::CONTRACT,
        opens_actors: false,
        keys: KeyValueRedis::KEYS,
        described: KeyValueRedis::DESCRIBED,
        files: &[],
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| KeyValueRedis::check(config).map(|()| None),
        together: None,
        describe: || KeyValueRedis::new().descriptor(),
        open: |_, _| Ok(Arc::new(KeyValueRedis::new())),
    },
    Builtin {
        name: "logging",
        contract: contracts::logging::CONTRACT,
        opens_actors: false,
        keys: &[],
        described: &[],
        files: &[],
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: without_keys,
        together: None,
        describe: || Logging::new().descriptor(),
        open: |_, _| Ok(Arc::new(Logging::new())),
    },
    #[cfg(feature = "messaging-local")]
    Builtin {
        name: "messaging-local",
        contract: contracts::messaging::CONTRACT,
        opens_actors: false,
        keys: MessagingLocal::KEYS,
        described: MessagingLocal::DESCRIBED,
        files: &[],
        keeps: None,
        hand_over: HandOver::Exclusive,
        check: |config, _| MessagingLocal::check(config).map(|()| None),
        together: None,
        describe: || MessagingLocal::new().descriptor(),
        open: |_, _| Ok(Arc::new(MessagingLocal::new())),
    },
    #[cfg(feature = "messaging-nats")]
    Builtin {
        name: "messaging-nats",
        contract: contracts::messaging::CONTRACT,
        opens_actors: false,
        keys: MessagingNats::KEYS,
        described: MessagingNats::DESCRIBED,
        files: MessagingNats::FILE_KEYS,
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| MessagingNats::check(config).map(|()| None),
        together: None,
        describe: || MessagingNats::new().descriptor(),
        open: |_, _| Ok(Arc::new(MessagingNats::new())),
    },
    #[cfg(feature = "sql-sqlite")]
    Builtin {
        name: "sql-sqlite",
        contract: contracts::sql::CONTRACT,
        opens_actors: false,
        keys: SqlSqlite::KEYS,
        described: SqlSqlite::DESCRIBED,
        files: SqlSqlite::FILE_KEYS,
        keeps: Some(DATABASES),
        hand_over: HandOver::Exclusive,
        check: |config, _| SqlSqlite::check(config).map(|()| None),
        together: None,
        describe: || SqlSqlite::new("").descriptor(),
        open: |name, opening| {
            let folder = opening.data.folder(DATABASES, name.as_str())?;
            Ok(Arc::new(SqlSqlite::new(folder)))
        },
    },
    #[cfg(feature = "sql-postgres")]
    Builtin {
        name: "sql-postgres",
        contract: contracts::sql::CONTRACT,
        opens_actors: false,
        keys: SqlPostgres::KEYS,
        described: SqlPostgres::DESCRIBED,
        files: SqlPostgres::FILE_KEYS,
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| SqlPostgres::check(config).map(|()| None),
        together: None,
        describe: || SqlPostgres::new().descriptor(),
        open: |_, _| Ok(Arc::new(SqlPostgres::new())),
    },
    #[cfg(feature = "timer")]
    Builtin {
        name: "timer",
        contract: contracts::timer::CONTRACT,
        opens_actors: false,
        keys: Timers::KEYS,
        described: Timers::DESCRIBED,
        files: &[],
        keeps: Some(TIMERS),
        hand_over: HandOver::Overlapping,
        check: |config, _| Timers::check(config).map(|()| None),
        together: None,
        describe: || Timers::in_memory().descriptor(),
        open: |name, opening| {
            let folder = opening.data.folder(TIMERS, name.as_str())?;
            Ok(Arc::new(Timers::new(folder)))
        },
    },
    Builtin {
        name: "config",
        contract: contracts::config::CONTRACT,
        opens_actors: false,
        keys: Values::KEYS,
        described: Values::DESCRIBED,
        files: &[],
        keeps: None,
        hand_over: HandOver::Overlapping,
        check: |config, _| Values::check(config).map(|()| None),
        together: None,
        describe: || Values::new().descriptor(),
        open: |_, _| Ok(Arc::new(Values::new())),
    },
];

fn without_keys(
    config: &Config,
    _: Option<&ActorOptions>,
) -> Result<Option<SocketAddr>, ProviderError> {
    config.only(&[]).map(|()| None)
}

fn check_http_server(
    config: &Config,
    actor: Option<&ActorOptions>,
) -> Result<Option<SocketAddr>, ProviderError> {
    let max_message = actor.map_or(usize::MAX, |actor| actor.limits.message_bytes);
    HttpServer::check(config, max_message).map(Some)
}

fn open_store(name: &BindingName, opening: &Opening) -> Result<Arc<dyn Provider>, Error> {
    let data = &opening.data;
    let folder = data.folder(STORES, name.as_str())?;
    match KeyValueEmbedded::open(&folder) {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => Err(data.refused(&folder, error)),
    }
}

#[cfg(feature = "eventstreams-embedded")]
fn open_events(name: &BindingName, opening: &Opening) -> Result<Arc<dyn Provider>, Error> {
    let data = &opening.data;
    let folder = data.folder(EVENTS, name.as_str())?;
    match EventStreamsEmbedded::open(&folder) {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => Err(data.refused(&folder, error)),
    }
}
