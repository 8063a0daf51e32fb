//! The key-value client against the store of the fake host.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_actor::contracts::{codec, keyvalue::SetRequest};
use capwire_actor::keyvalue::{self, KeyValue};
use capwire_actor::testing::FakeHost;
use std::time::Duration;

fn with_store(test: impl FnOnce(KeyValue)) -> FakeHost {
    let host = FakeHost::new();
    host.run(|| test(keyvalue::default()));
    host
}

#[test]
fn counters_start_at_zero_and_are_values() {
    with_store(|store| {
        assert_eq!(store.add("n", 2).unwrap(), 2);
        assert_eq!(store.add("n", -5).unwrap(), -3);
        assert_eq!(store.get("n").unwrap().as_deref(), Some("-3"));
        store.set("n", "41").unwrap();
        assert_eq!(store.add("n", 1).unwrap(), 42);
    });
}

#[test]
fn a_counter_neither_overflows_nor_counts_words() {
    with_store(|store| {
        store.add("n", i32::MAX).unwrap();
        assert!(store.add("n", 1).is_err());
        assert_eq!(store.get("n").unwrap(), Some(i32::MAX.to_string()));
        store.set("word", "one").unwrap();
        assert!(store.add("word", 1).is_err());
    });
}

#[test]
fn values_can_be_set_and_deleted() {
    with_store(|store| {
        assert_eq!(store.get("k").unwrap(), None);
        assert!(!store.key_exists("k").unwrap());
        store.set_for("k", "", Duration::from_secs(60)).unwrap();
        assert_eq!(store.get("k").unwrap().as_deref(), Some(""));
        assert!(store.key_exists("k").unwrap());
        store.del("k").unwrap();
        assert!(!store.key_exists("k").unwrap());
    });
}

#[test]
fn the_time_of_a_value_is_sent_in_whole_seconds() {
    let hour = Duration::from_secs(3_600);
    for (time, seconds) in [
        (Duration::ZERO, 1),
        (Duration::from_millis(1_001), 2),
        (hour, 3_600),
        (Duration::MAX, i32::MAX),
    ] {
        let host = with_store(|store| store.set_for("k", "v", time).unwrap());
        let sent: SetRequest = codec::decode(&host.calls()[0].payload).unwrap();
        assert_eq!(sent.expires, seconds, "{time:?}");
    }
    let host = with_store(|store| store.set("k", "v").unwrap());
    let sent: SetRequest = codec::decode(&host.calls()[0].payload).unwrap();
    assert_eq!(sent.expires, 0);
}

#[test]
fn lists_grow_at_the_head() {
    with_store(|store| {
        for (item, length) in [("a", 1), ("b", 2), ("a", 3)] {
            assert_eq!(store.push("list", item).unwrap(), length);
        }
        assert_eq!(store.range("list", 0, -1).unwrap(), ["a", "b", "a"]);
        assert_eq!(store.list_item_delete("list", "a").unwrap(), 2);
        assert_eq!(store.range("list", 0, -1).unwrap(), ["b"]);
        store.clear("list").unwrap();
        assert!(!store.key_exists("list").unwrap());
    });
}

#[test]
fn ranges_include_their_end_and_count_back_from_it() {
    with_store(|store| {
        for item in ["d", "c", "b", "a"] {
            store.push("list", item).unwrap();
        }
        let range = |start, stop| store.range("list", start, stop).unwrap().concat();
        assert_eq!(range(0, 1), "ab");
        assert_eq!(range(-2, -1), "cd");
        assert_eq!(range(-9, 9), "abcd");
        assert_eq!(range(2, 1), "");
        assert_eq!(range(9, 12), "");
        assert_eq!(range(0, -9), "");
        assert_eq!(range(i32::MIN, i32::MAX), "abcd");
    });
}

#[test]
fn sets_hold_each_item_once() {
    with_store(|store| {
        assert_eq!(store.set_add("s", "x").unwrap(), 1);
        assert_eq!(store.set_add("s", "x").unwrap(), 0);
        store.set_add("s", "y").unwrap();
        store.set_add("t", "y").unwrap();
        store.set_add("t", "z").unwrap();
        assert_eq!(store.set_query("s").unwrap(), ["x", "y"]);
        assert_eq!(store.set_union(&["s", "t"]).unwrap(), ["x", "y", "z"]);
        assert_eq!(store.set_intersection(&["s", "t"]).unwrap(), ["y"]);
        assert_eq!(store.set_intersection(&["s", "none"]).unwrap().len(), 0);
        assert_eq!(store.set_remove("s", "x").unwrap(), 1);
        assert_eq!(store.set_remove("s", "x").unwrap(), 0);
    });
}

#[test]
fn empty_lists_and_sets_are_removed() {
    with_store(|store| {
        store.push("list", "a").unwrap();
        store.list_item_delete("list", "a").unwrap();
        store.set_add("set", "a").unwrap();
        store.set_remove("set", "a").unwrap();
        store.list_item_delete("never", "a").unwrap();
        store.range("never", 0, -1).unwrap();
        for key in ["list", "set", "never"] {
            assert!(!store.key_exists(key).unwrap(), "{key}");
        }
    });
}

#[test]
fn kinds_of_values_do_not_mix() {
    with_store(|store| {
        store.set("text", "t").unwrap();
        store.push("list", "a").unwrap();
        assert!(store.push("text", "a").is_err());
        assert!(store.set_add("list", "a").is_err());
        assert!(store.set_union(&["list"]).is_err());
        assert!(store.add("list", 1).is_err());
        assert_eq!(store.get("list").unwrap(), None);
    });
}

#[test]
fn each_binding_has_its_own_store() {
    let host = with_store(|store| {
        store.set("k", "default").unwrap();
        assert_eq!(keyvalue::named("other").get("k").unwrap(), None);
    });
    assert_eq!(host.calls()[0].binding, "default");
    assert_eq!(host.calls()[1].binding, "other");
}
