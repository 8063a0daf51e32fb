//! Buckets: streams of JetStream as the server's own tools make them for keys and values.

use crate::settings::Settings;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::{CreateStreamError, GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, Stream};
use std::time::Duration;

/// A bucket.
pub(crate) struct Bucket {
    pub(crate) stream: Stream<Info>,
    /// True if the server ends messages that have a time to live.
    pub(crate) ends: bool,
}

/// The error of a bucket that cannot be found or created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BucketError {
    #[error("cannot find the bucket")]
    Find(#[source] GetStreamError),
    #[error("cannot create the bucket")]
    Create(#[source] CreateStreamError),
}

impl Bucket {
    /// Returns the bucket, which is created if there is none.
    pub(crate) async fn open(context: &Context, settings: &Settings) -> Result<Self, BucketError> {
        let name = format!("KV_{}", settings.bucket);
        let stream = match context.get_stream(&name).await {
            Ok(stream) => stream,
            Err(error) if is_not_found(&error) => {
                match context.create_stream(config(&name, settings)).await {
                    Ok(stream) => stream,
                    // Another host may have created it with other values.
                    Err(error) => {
                        let found = context.get_stream(&name).await;
                        found.map_err(|_| BucketError::Create(error))?
                    }
                }
            }
            Err(error) => return Err(BucketError::Find(error)),
        };
        let ends = stream.cached_info().config.allow_message_ttl;
        Ok(Self { stream, ends })
    }
}

fn is_not_found(error: &GetStreamError) -> bool {
    match error.kind() {
        GetStreamErrorKind::JetStream(error) => error.code() == 404,
        _ => false,
    }
}

fn config(name: &str, settings: &Settings) -> Config {
    Config {
        name: name.to_owned(),
        subjects: vec![format!("$KV.{}.>", settings.bucket)],
        max_messages_per_subject: 1,
        max_messages: -1,
        max_bytes: settings.max_bytes.unwrap_or(-1),
        max_message_size: -1,
        max_consumers: -1,
        // A write that does not fit must not remove the keys of others.
        discard: DiscardPolicy::New,
        storage: settings.storage,
        num_replicas: settings.replicas,
        duplicate_window: Duration::from_secs(120),
        allow_rollup: true,
        allow_direct: true,
        deny_delete: true,
        allow_message_ttl: true,
        ..Config::default()
    }
}
