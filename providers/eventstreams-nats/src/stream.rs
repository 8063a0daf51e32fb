//! The stream of JetStream of a binding, which has its events.

use crate::name;
use crate::values::Jetstream;
use async_nats::jetstream::context::{
    CreateStreamError, GetStreamError, GetStreamErrorKind, RequestError,
};
use async_nats::jetstream::response::Response;
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy};
use async_nats::jetstream::{self, Context};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The error of a stream that cannot be found, created or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StreamError {
    #[error("cannot find the stream of JetStream")]
    Find(#[source] GetStreamError),
    #[error("cannot create the stream of JetStream")]
    Create(#[source] CreateStreamError),
    #[error("cannot ask for a change of the stream of JetStream")]
    Ask(#[source] RequestError),
    #[error("cannot change the stream of JetStream")]
    Change(#[source] jetstream::Error),
    /// It was made for something else.
    #[error("is a stream of the server that {0}: write another name, or correct that stream")]
    OtherPurpose(String),
}

impl Jetstream {
    /// Returns the stream, which is created if there is none, and changed if the binding has other values.
    pub(crate) async fn open(&self, context: &Context) -> Result<Info, StreamError> {
        let info = match context.get_stream(&self.name).await {
            Ok(stream) => stream.cached_info().clone(),
            Err(error) if is_not_found(&error) => {
                match context.create_stream(self.config()).await {
                    Ok(stream) => return Ok(stream.cached_info().clone()),
                    // Another host may have created it with other values.
                    Err(error) => match context.get_stream(&self.name).await {
                        Ok(stream) => stream.cached_info().clone(),
                        Err(_) => return Err(StreamError::Create(error)),
                    },
                }
            }
            Err(error) => return Err(StreamError::Find(error)),
        };
        self.check(context, &info.config).await?;
        let changes = self.changes(&info.config);
        if !changes.is_empty() {
            self.change(context, changes).await?;
        }
        Ok(info)
    }

    /// Checks that the stream keeps events until they are too many or too old.
    async fn check(&self, context: &Context, config: &Config) -> Result<(), StreamError> {
        if config.retention != RetentionPolicy::Limits {
            let reason = "removes messages when they are handled";
            return Err(StreamError::OtherPurpose(reason.to_owned()));
        }
        let subjects = name::subjects(&self.name);
        if config.subjects.contains(&subjects) {
            return Ok(());
        }
        let keeper = context.stream_by_subject(&subjects).await;
        match keeper.is_ok_and(|keeper| keeper == self.name) {
            true => Ok(()),
            false => Err(StreamError::OtherPurpose(format!(
                "does not keep `{subjects}`"
            ))),
        }
    }

    fn config(&self) -> Config {
        Config {
            name: self.name.clone(),
            description: Some("events of capwire".to_owned()),
            subjects: vec![name::subjects(&self.name)],
            retention: RetentionPolicy::Limits,
            max_bytes: self.max_bytes.unwrap_or(-1),
            max_messages: -1,
            max_messages_per_subject: self.max_length.unwrap_or(-1),
            max_age: self.max_age.unwrap_or_default(),
            max_message_size: -1,
            max_consumers: -1,
            discard: self.discard.unwrap_or(DiscardPolicy::New),
            storage: self.storage,
            num_replicas: self.replicas,
            duplicate_window: Duration::from_secs(120),
            ..Config::default()
        }
    }

    /// Returns the values of the binding that the stream does not have.
    fn changes(&self, config: &Config) -> Map<String, Value> {
        let max_bytes = self.max_bytes.filter(|most| *most != config.max_bytes);
        let max_length = self
            .max_length
            .filter(|most| *most != config.max_messages_per_subject);
        let max_age = self.max_age.filter(|age| *age != config.max_age);
        let discard = self.discard.filter(|policy| *policy != config.discard);
        let nanos = |age: Duration| u64::try_from(age.as_nanos()).unwrap_or(u64::MAX);
        [
            ("max_bytes", max_bytes.map(Value::from)),
            ("max_msgs_per_subject", max_length.map(Value::from)),
            ("max_age", max_age.map(|age| nanos(age).into())),
            ("discard", discard.map(|policy| json!(policy))),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
    }

    /// Changes the configuration as the server wrote it, so that values which this version does not know stay.
    async fn change(
        &self,
        context: &Context,
        changes: Map<String, Value>,
    ) -> Result<(), StreamError> {
        let name = &self.name;
        let ask = async |subject: String, body: &Value| match context.request(subject, body).await {
            Ok(Response::Ok(answer)) => Ok::<Value, _>(answer),
            Ok(Response::Err { error }) => Err(StreamError::Change(error)),
            Err(error) => Err(StreamError::Ask(error)),
        };
        let mut info = ask(format!("STREAM.INFO.{name}"), &json!({})).await?;
        let mut config = info.get_mut("config").map(Value::take).unwrap_or_default();
        if let Some(config) = config.as_object_mut() {
            config.extend(changes);
        }
        ask(format!("STREAM.UPDATE.{name}"), &config)
            .await
            .map(drop)
    }
}

fn is_not_found(error: &GetStreamError) -> bool {
    match error.kind() {
        GetStreamErrorKind::JetStream(error) => error.code() == 404,
        _ => false,
    }
}
