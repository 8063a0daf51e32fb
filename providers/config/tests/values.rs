//! An actor reads the values of its binding.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use bytes::Bytes;
use capwire_config::Values;
use capwire_contracts::codec;
use capwire_contracts::config::{GetRequest, GetResponse, ListRequest, ListResponse};
use capwire_provider::{
    ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider, async_trait,
};
use std::sync::Arc;

struct Silent;

#[async_trait]
impl ActorHandle for Silent {
    async fn call(&self, _: ActorCall<'_>) -> Result<Bytes, ActorError> {
        Err(ActorError::Stopped)
    }
}

fn id(actor: &str) -> BindingId {
    BindingId {
        actor: actor.to_owned(),
        name: "default".to_owned(),
    }
}

async fn bind(values: &Values, actor: &str, config: Config) {
    let binding = Binding {
        id: id(actor),
        config,
        actor: Arc::new(Silent),
    };
    values.bind(binding).await.unwrap();
}

async fn get(values: &Values, actor: &str, name: &str) -> (Option<String>, bool) {
    let name = name.to_owned();
    let request = codec::encode(&GetRequest { name }).unwrap();
    let (id, operation) = (id(actor), "Get");
    let answer = values.call(Call::new(&id, operation, &request)).await;
    let GetResponse { value, secret } = codec::decode(&answer.unwrap()).unwrap();
    (value, secret)
}

async fn list(values: &Values, actor: &str, prefix: &str) -> Vec<String> {
    let prefix = prefix.to_owned();
    let request = codec::encode(&ListRequest { prefix }).unwrap();
    let id = id(actor);
    let answer = values.call(Call::new(&id, "List", &request)).await;
    let ListResponse { names } = codec::decode(&answer.unwrap()).unwrap();
    names
}

fn config() -> Config {
    let pairs = [
        ("A", "1"),
        ("TOKEN", "hunter2"),
        ("EMPTY", ""),
        ("__wascc_name", "me"),
    ];
    Config::from_iter(pairs).with_secrets(["TOKEN"])
}

#[tokio::test]
async fn an_actor_reads_its_own_values() {
    let values = Values::new();
    bind(&values, "MA", config()).await;
    bind(&values, "MB", Config::from_iter([("A", "2")])).await;
    let value = |text: &str| Some(text.to_owned());
    assert_eq!(get(&values, "MA", "A").await, (value("1"), false));
    assert_eq!(get(&values, "MA", "TOKEN").await, (value("hunter2"), true));
    assert_eq!(get(&values, "MA", "EMPTY").await, (value(""), false));
    assert_eq!(get(&values, "MB", "A").await, (value("2"), false));
    assert_eq!(get(&values, "MB", "TOKEN").await, (None, false));
    assert_eq!(get(&values, "MA", "__wascc_name").await, (None, false));
    assert_eq!(list(&values, "MA", "").await, ["A", "EMPTY", "TOKEN"]);
    assert_eq!(list(&values, "MA", "T").await, ["TOKEN"]);
}

#[tokio::test]
async fn a_new_binding_has_new_values_and_an_ended_one_has_none() {
    let values = Values::new();
    bind(&values, "MA", config()).await;
    bind(&values, "MA", Config::from_iter([("B", "3")])).await;
    assert_eq!(list(&values, "MA", "").await, ["B"]);
    values.unbind(&id("MA")).await.unwrap();
    let id = id("MA");
    let request = codec::encode(&ListRequest::default()).unwrap();
    assert!(values.call(Call::new(&id, "List", &request)).await.is_err());
}

#[test]
fn values_are_bounded() {
    let many = (0..1_001).map(|number| (number.to_string(), "x"));
    let large = (0..20).map(|number| (number.to_string(), "x".repeat(60_000)));
    for config in [
        Config::from_iter(many),
        Config::from_iter(large),
        Config::from_iter([("LONG", "x".repeat(65_537))]),
        Config::from_iter([("N".repeat(129), "x")]),
        Config::from_iter([("A\nB", "x")]),
    ] {
        assert!(Values::check(&config).is_err());
    }
    assert!(Values::check(&config()).is_ok());
}
