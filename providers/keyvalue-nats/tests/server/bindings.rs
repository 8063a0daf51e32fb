//! Configuration, and keys on the server as other programs see them.

use crate::subject::{bound, prefix, url};
use async_nats::jetstream::stream::{Config, Stream};
use async_nats::{HeaderMap, jetstream};
use capwire_contracts_suite::keyvalue::Client;
use capwire_keyvalue_nats::KeyValueNats;
use capwire_nats_server::Own;
use capwire_provider::ProviderError;
use std::net::TcpListener;

/// Returns the bucket `test`, without the provider.
async fn bucket() -> Stream {
    let context = jetstream::new(async_nats::connect(url()).await.unwrap());
    context.get_stream("KV_test").await.unwrap()
}

/// Returns the text of a key of the bucket `test`, without the provider.
async fn on_server(name: &str) -> Option<String> {
    let subject = format!("$KV.test.{name}");
    let last = bucket()
        .await
        .get_last_raw_message_by_subject(&subject)
        .await;
    Some(String::from_utf8(last.ok()?.payload.into()).unwrap())
}

/// Writes a key of the bucket `test` as another program would.
async fn write(name: &str, value: &'static [u8]) {
    let context = jetstream::new(async_nats::connect(url()).await.unwrap());
    let subject = format!("$KV.test.{name}");
    let ack = context.publish(subject, value.into()).await.unwrap();
    ack.await.unwrap();
}

#[tokio::test]
async fn keys_on_the_server_begin_with_the_prefix_and_have_plain_values() {
    let (store, prefix) = (KeyValueNats::new(), prefix());
    let kv = bound(&store, &[("PREFIX", &prefix)]).await.unwrap();
    kv.add("hits", 3).await.unwrap();
    assert_eq!(on_server(&format!("{prefix}.hits")).await.unwrap(), "3");
    kv.push("a list", "b").await.unwrap();
    kv.push("a list", "a").await.unwrap();
    let list = on_server(&format!("{prefix}.a=20list")).await;
    assert_eq!(list.unwrap(), r#"["a","b"]"#);
}

#[tokio::test]
async fn what_other_programs_write_is_read() {
    let (store, prefix) = (KeyValueNats::new(), prefix());
    let kv = bound(&store, &[("PREFIX", &prefix)]).await.unwrap();
    write(&format!("{prefix}.hits"), b"41").await;
    assert_eq!(kv.add("hits", 1).await.unwrap(), 42);
    write(&format!("{prefix}.bytes"), b"\xFF").await;
    let refused = kv.get("bytes").await;
    assert!(matches!(refused, Err(ProviderError::Refused(_))));
    assert!(kv.set("bytes", "text").await.is_ok());
}

#[tokio::test]
async fn buckets_are_apart() {
    let (store, prefix) = (KeyValueNats::new(), prefix());
    let first = bound(&store, &[("PREFIX", &prefix)]).await.unwrap();
    first.set("other", "value").await.unwrap();
    let values = [("PREFIX", &*prefix), ("BUCKET", "other")];
    let kv = bound(&store, &values).await.unwrap();
    kv.set("key", "value").await.unwrap();
    assert_eq!(kv.get("key").await.unwrap().as_deref(), Some("value"));
    assert_eq!(on_server(&format!("{prefix}.key")).await, None);
    assert_eq!(kv.get("other").await.unwrap(), None);
}

/// A bucket that others have made without times to live has values that expire, too.
#[tokio::test]
async fn a_bucket_of_others_is_used_as_it_is() {
    let server = Own::with_jetstream();
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let bucket = Config {
        name: "KV_theirs".to_owned(),
        subjects: vec!["$KV.theirs.>".to_owned()],
        max_messages_per_subject: 5,
        ..Config::default()
    };
    context.create_stream(bucket).await.unwrap();
    let store = KeyValueNats::new();
    let url = server.url();
    let values = [("URL", &*url), ("BUCKET", "theirs")];
    let kv = bound(&store, &values).await.unwrap();
    kv.set_for("session", "s", 1_000).await.unwrap();
    assert_eq!(kv.get("session").await.unwrap().as_deref(), Some("s"));
    kv.del("session").await.unwrap();
    assert_eq!(kv.get("session").await.unwrap(), None);
    assert_eq!(kv.add("session", 1).await.unwrap(), 1);
}

/// Values that no reader needs any more do not stay on the server.
#[tokio::test]
async fn the_server_ends_what_has_expired_and_what_is_removed() {
    let (store, prefix) = (KeyValueNats::new(), prefix());
    let kv = bound(&store, &[("PREFIX", &prefix)]).await.unwrap();
    kv.set_for("session", "s", 10).await.unwrap();
    kv.set("name", "n").await.unwrap();
    kv.set("gone", "g").await.unwrap();
    kv.del("gone").await.unwrap();
    let stream = bucket().await;
    let times = [
        ("session", Some("70")),
        ("name", None),
        ("gone", Some("60")),
    ];
    for (key, time) in times {
        let subject = format!("$KV.test.{prefix}.{key}");
        let last = stream.get_last_raw_message_by_subject(&subject).await;
        let headers: HeaderMap = last.unwrap().headers;
        let found = headers.get("Nats-TTL").map(|time| time.as_str());
        assert_eq!(found, time, "{key}");
    }
}

#[tokio::test]
async fn a_value_or_a_bucket_that_is_too_large_is_an_error_and_changes_nothing() {
    let server = Own::with_jetstream();
    let store = KeyValueNats::new();
    let url = server.url();
    let values = [("URL", &*url), ("MAX_BYTES", "100KiB")];
    let kv = bound(&store, &values).await.unwrap();
    kv.set("key", "small").await.unwrap();
    let refused = kv.set("key", &"x".repeat(2 << 20)).await;
    assert!(
        matches!(refused, Err(ProviderError::Refused(_))),
        "{refused:?}"
    );
    let refused = fill(&kv).await;
    let text = refused.to_string();
    assert!(
        matches!(refused, ProviderError::Unavailable { .. }),
        "{text}"
    );
    assert!(text.contains("nothing was changed"), "{text}");
    assert!(text.contains("delete something"), "{text}");
    assert_eq!(kv.get("key").await.unwrap().as_deref(), Some("small"));
}

/// Writes until there is no room.
async fn fill(kv: &Client<'_>) -> ProviderError {
    let text = "x".repeat(10_000);
    for number in 0..1_000 {
        if let Err(error) = kv.set(&number.to_string(), &text).await {
            return error;
        }
    }
    panic!("10 MB fit into 100 KiB");
}

#[tokio::test]
async fn a_server_that_is_not_there_or_has_no_jetstream_is_reported_at_the_binding() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let away = format!("nats://127.0.0.1:{port}");
    let without = Own::start("");
    for (url, advice) in [(away, "`URL`"), (without.url(), "nats-server -js")] {
        let store = KeyValueNats::new();
        let refused = bound(&store, &[("URL", &url)]).await.map(drop);
        let text = refused.unwrap_err().to_string();
        assert!(text.contains(advice), "{text}");
        assert!(!text.contains("127.0.0.1"), "{text}");
    }
}
