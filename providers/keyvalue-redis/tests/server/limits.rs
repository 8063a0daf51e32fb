//! The sizes of answers, and answers that no message can carry.

use crate::subject::{bound, direct, prefix};
use capwire_contracts_suite::keyvalue::Client;
use capwire_keyvalue_redis::KeyValueRedis;
use capwire_provider::ProviderError;
use std::fmt::Debug;

fn assert_refused<T: Debug>(result: Result<T, ProviderError>, reason: &str) {
    let Err(ProviderError::Refused(text)) = result else {
        panic!("not refused: {result:?}");
    };
    assert!(text.contains(reason), "{text}");
}

#[tokio::test]
async fn a_value_over_the_limit_is_refused() {
    let store = KeyValueRedis::new();
    let kv = bound(&store, &[("MAX_ANSWER", "1KiB")]).await.unwrap();
    kv.set("key", &"x".repeat(1024)).await.unwrap();
    assert_eq!(kv.get("key").await.unwrap().unwrap().len(), 1024);
    kv.set("key", &"x".repeat(1025)).await.unwrap();
    assert_refused(kv.get("key").await, "`MAX_ANSWER`");
    assert!(kv.exists("key").await.unwrap());
}

/// Each value counts 24 bytes more than its text.
#[tokio::test]
async fn a_collection_over_the_limit_is_refused() {
    let store = KeyValueRedis::new();
    let kv = bound(&store, &[("MAX_ANSWER", "250")]).await.unwrap();
    let add = async |text: &str| {
        kv.push("list", text).await.unwrap();
        kv.set_add("set", text).await.unwrap();
        kv.set_add("same", text).await.unwrap();
    };
    for number in 0..10 {
        add(&number.to_string()).await;
    }
    assert_all(&kv, 10).await;
    add("x").await;
    assert_refused(kv.range("list", 0, -1).await, "`MAX_ANSWER`");
    assert_refused(kv.set_query("set").await, "`MAX_ANSWER`");
    assert_refused(kv.set_union(&["set", "same"]).await, "`MAX_ANSWER`");
    assert_refused(kv.set_intersection(&["set", "same"]).await, "`MAX_ANSWER`");
    assert_eq!(kv.range("list", 1, -1).await.unwrap().len(), 10);
    kv.set_remove("set", "x").await.unwrap();
    assert_eq!(
        kv.set_intersection(&["set", "same"]).await.unwrap().len(),
        10
    );
}

async fn assert_all(kv: &Client<'_>, count: usize) {
    assert_eq!(kv.range("list", 0, -1).await.unwrap().len(), count);
    assert_eq!(kv.set_query("set").await.unwrap().len(), count);
    assert_eq!(kv.set_union(&["set", "same"]).await.unwrap().len(), count);
    let both = kv.set_intersection(&["set", "same"]).await.unwrap();
    assert_eq!(both.len(), count);
}

/// More items than the server reads at a time.
#[tokio::test]
async fn long_collections_are_read_whole() {
    let (store, prefix) = (KeyValueRedis::new(), prefix());
    let kv = bound(&store, &[("PREFIX", &prefix)]).await.unwrap();
    let fill = "for i = 0, 999 do
        local text = string.format('%03d', i)
        redis.call('LPUSH', ARGV[1] .. 'list', text)
        redis.call('SADD', ARGV[1] .. 'set', text)
    end";
    run(fill, &prefix);
    let sorted: Vec<_> = (0..1000).map(|number| format!("{number:03}")).collect();
    let reversed: Vec<_> = sorted.iter().rev().cloned().collect();
    assert_eq!(kv.range("list", 0, -1).await.unwrap(), reversed);
    assert_eq!(kv.range("list", 63, 129).await.unwrap(), reversed[63..=129]);
    assert_eq!(kv.set_query("set").await.unwrap(), sorted);
    assert_eq!(kv.set_intersection(&["set", "set"]).await.unwrap(), sorted);
}

#[tokio::test]
async fn work_that_would_block_the_server_is_refused() {
    let (store, prefix) = (KeyValueRedis::new(), prefix());
    let kv = bound(&store, &[("PREFIX", &prefix)]).await.unwrap();
    // 2,000 sets of 501 members each are examined in more than a million steps.
    let fill = "for i = 1, 501 do redis.call('SADD', ARGV[1] .. '1', i) end
    for i = 2, 2000 do redis.call('COPY', ARGV[1] .. '1', ARGV[1] .. i) end";
    run(fill, &prefix);
    let keys: Vec<_> = (1..=2000).map(|key| key.to_string()).collect();
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    let reason = "1000000 members";
    assert_refused(kv.set_intersection(&keys).await, reason);
    assert_refused(kv.set_union(&keys).await, reason);
    let some = &keys[..1990];
    assert_eq!(kv.set_intersection(some).await.unwrap().len(), 501);
    assert_eq!(kv.set_union(some).await.unwrap().len(), 501);
    run(
        "for i = 1, 2000 do redis.call('DEL', ARGV[1] .. i) end",
        &prefix,
    );
}

/// Runs a script on the server, as another client.
fn run(script: &str, prefix: &str) {
    let mut eval = redis::cmd("EVAL");
    eval.arg(script).arg(0).arg(prefix);
    eval.exec(&mut direct()).unwrap();
}

#[tokio::test]
async fn bytes_of_other_clients_that_are_no_text_are_refused() {
    let (store, prefix) = (KeyValueRedis::new(), prefix());
    let kv = bound(&store, &[("PREFIX", &prefix)]).await.unwrap();
    let mut written = redis::cmd("SET");
    written.arg(format!("{prefix}key")).arg(&[0xff_u8][..]);
    written.exec(&mut direct()).unwrap();
    assert_refused(kv.get("key").await, "UTF-8");
    assert!(kv.exists("key").await.unwrap());
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused() {
    let store = KeyValueRedis::new();
    let kv = bound(&store, &[]).await.unwrap();
    let long = "x".repeat(16 << 20);
    assert_refused(kv.set("key", &long).await, "16777216 bytes");
    let most = "x".repeat((16 << 20) - 64);
    kv.set("key", &most).await.unwrap();
    assert_eq!(kv.get("key").await.unwrap().unwrap().len(), most.len());
    kv.del("key").await.unwrap();
}
