//! The size of the store: the quota of a key space, and the file.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kit;

use capwire_contracts_suite::keyvalue::Client;
use capwire_keyvalue_embedded::KeyValueEmbedded;
use capwire_provider::{Provider, ProviderError};
use kit::{binding, bound};
use std::fs;
use std::path::Path;

const FILE: &str = "keyvalue.redb";

fn length(directory: &Path) -> u64 {
    fs::metadata(directory.join(FILE)).unwrap().len()
}

fn is_over_quota<T>(result: Result<T, ProviderError>) -> bool {
    match result {
        Err(ProviderError::Refused(text)) => text.contains("MAX_BYTES"),
        _ => false,
    }
}

/// Sets keys until the quota refuses one. Returns the number of keys.
async fn fill(kv: &Client<'_>, value: &str) -> usize {
    let mut keys = 0;
    while !is_over_quota(kv.set(&format!("key {keys}"), value).await) {
        keys += 1;
    }
    keys
}

#[tokio::test]
async fn a_key_space_has_a_quota_w5() {
    let directory = tempfile::tempdir().unwrap();
    let store = KeyValueEmbedded::open(directory.path()).unwrap();
    let kv = bound(&store, "MONE", &[("MAX_BYTES", "100000")]).await;
    let other = bound(&store, "MTWO", &[]).await;
    let value = "v".repeat(9_000);
    let keys = fill(&kv, &value).await;
    assert_eq!(keys, 11);
    assert!(is_over_quota(kv.push("list", &value).await));
    assert!(is_over_quota(kv.set_add("set", &value).await));
    kv.set("key 3", &value).await.unwrap();
    kv.set("key 4", "short").await.unwrap();
    other.set("key", &value).await.unwrap();
    assert_eq!(fill(&kv, &value).await, keys);
    for key in 0..keys {
        kv.del(&format!("key {key}")).await.unwrap();
    }
    assert_eq!(fill(&kv, &value).await, keys);
}

#[tokio::test]
async fn lists_and_sets_count_and_free_what_they_hold_w5() {
    let directory = tempfile::tempdir().unwrap();
    let store = KeyValueEmbedded::open(directory.path()).unwrap();
    let kv = bound(&store, "MONE", &[("MAX_BYTES", "20000")]).await;
    let value = "v".repeat(1_000);
    for _ in 0..3 {
        let mut length = 0;
        while !is_over_quota(kv.push("list", &value).await) {
            length += 1;
        }
        assert_eq!(length, 18);
        kv.list_item_delete("list", &value).await.unwrap();
        let mut members = 0;
        while !is_over_quota(kv.set_add("set", &format!("{value} {members}")).await) {
            members += 1;
        }
        assert_eq!(members, 18);
        kv.set_remove("set", &format!("{value} 0")).await.unwrap();
        kv.set_add("set", &format!("{value} 0")).await.unwrap();
        kv.del("set").await.unwrap();
    }
}

#[tokio::test]
async fn a_file_of_deleted_data_becomes_small_when_it_closes_w5() {
    let directory = tempfile::tempdir().unwrap();
    {
        let store = KeyValueEmbedded::open(directory.path()).unwrap();
        let kv = bound(&store, "MONE", &[]).await;
        let value = "v".repeat(900_000);
        for key in 0..24 {
            kv.set(&format!("key {key}"), &value).await.unwrap();
        }
        assert!(length(directory.path()) > 20 << 20);
        // The last one may be at the end of the file.
        for key in 0..23 {
            kv.del(&format!("key {key}")).await.unwrap();
        }
    }
    let after = length(directory.path());
    assert!(after < 8 << 20, "{after} bytes");
    let store = KeyValueEmbedded::open(directory.path()).unwrap();
    let kv = bound(&store, "MONE", &[]).await;
    assert!(kv.exists("key 23").await.unwrap());
    assert!(!kv.exists("key 22").await.unwrap());
}

#[tokio::test]
async fn a_quota_that_is_none_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = KeyValueEmbedded::open(directory.path()).unwrap();
    for quota in ["0", "-1", "much"] {
        let refused = store.bind(binding("MONE", &[("MAX_BYTES", quota)])).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("MAX_BYTES"), "{refused}");
    }
}

/// A file that decayed is refused when it is opened, or it is whole.
#[tokio::test]
async fn a_changed_byte_never_fails_later_writes_n9() {
    let directory = tempfile::tempdir().unwrap();
    {
        let store = KeyValueEmbedded::open(directory.path()).unwrap();
        let kv = bound(&store, "MONE", &[]).await;
        for key in 0..40 {
            kv.push("list", &"v".repeat(3_000)).await.unwrap();
            kv.set(&format!("key {key}"), "value").await.unwrap();
        }
    }
    let file = directory.path().join(FILE);
    let sound = fs::read(&file).unwrap();
    let list = vec!["v".repeat(3_000); 40];
    let mut refused = 0;
    for place in (0..sound.len()).step_by(sound.len() / 60) {
        let mut changed = sound.clone();
        changed[place] ^= 0x10;
        fs::write(&file, &changed).unwrap();
        let Ok(store) = KeyValueEmbedded::open(directory.path()) else {
            refused += 1;
            continue;
        };
        let kv = bound(&store, "MONE", &[]).await;
        assert_eq!(kv.range("list", 0, -1).await.unwrap(), list, "{place}");
        kv.push("list", "more").await.unwrap();
        kv.del("list").await.unwrap();
    }
    assert!(refused > 0);
}
