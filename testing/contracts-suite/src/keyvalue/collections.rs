//! Lists and sets.

use super::{Client, Subject};
use capwire_provider::ProviderError;

/// `Push` is `LPUSH`.
pub async fn items_are_pushed_at_the_head(subject: &Subject) {
    let kv = subject.client().await;
    assert_eq!(kv.push("list", "a").await.unwrap(), 1);
    assert_eq!(kv.push("list", "b").await.unwrap(), 2);
    assert_eq!(kv.push("list", "a").await.unwrap(), 3);
    assert_eq!(kv.range("list", 0, -1).await.unwrap(), ["a", "b", "a"]);
}

/// `Range` is `LRANGE`.
pub async fn ranges_are_inclusive_and_count_from_both_ends(subject: &Subject) {
    let kv = subject.client().await;
    for item in ["e", "d", "c", "x", "b", "a"] {
        kv.push("list", item).await.unwrap();
    }
    kv.list_item_delete("list", "x").await.unwrap();
    let cases: [(i32, i32, &[&str]); 10] = [
        (0, 0, &["a"]),
        (0, -1, &["a", "b", "c", "d", "e"]),
        (1, 3, &["b", "c", "d"]),
        (-2, -1, &["d", "e"]),
        (-100, 1, &["a", "b"]),
        (3, 100, &["d", "e"]),
        (3, 1, &[]),
        (5, 10, &[]),
        (0, -6, &[]),
        (i32::MIN, i32::MAX, &["a", "b", "c", "d", "e"]),
    ];
    for (start, stop, items) in cases {
        let found = kv.range("list", start, stop).await.unwrap();
        assert_eq!(found, items, "{start} to {stop}");
    }
}

/// `ListItemDelete` is `LREM` with count 0.
pub async fn all_equal_items_are_deleted(subject: &Subject) {
    let kv = subject.client().await;
    for item in ["a", "b", "a", "c", "a"] {
        kv.push("list", item).await.unwrap();
    }
    assert_eq!(kv.list_item_delete("list", "a").await.unwrap(), 3);
    assert_eq!(kv.list_item_delete("list", "a").await.unwrap(), 0);
    assert_eq!(kv.range("list", 0, -1).await.unwrap(), ["c", "b"]);
    assert_eq!(kv.push("list", "d").await.unwrap(), 3);
    assert_eq!(kv.range("list", 0, 0).await.unwrap(), ["d"]);
}

/// There are no empty lists.
pub async fn an_emptied_list_is_gone(subject: &Subject) {
    let kv = subject.client().await;
    kv.push("list", "a").await.unwrap();
    kv.list_item_delete("list", "a").await.unwrap();
    assert!(!kv.exists("list").await.unwrap());
    assert_eq!(kv.set_add("list", "a").await.unwrap(), 1);
}

/// `SetAdd` and `SetRemove` tell how many members they changed.
pub async fn sets_hold_each_member_once(subject: &Subject) {
    let kv = subject.client().await;
    assert_eq!(kv.set_add("set", "a").await.unwrap(), 1);
    assert_eq!(kv.set_add("set", "b").await.unwrap(), 1);
    assert_eq!(kv.set_add("set", "a").await.unwrap(), 0);
    assert_eq!(kv.set_query("set").await.unwrap(), ["a", "b"]);
    assert_eq!(kv.set_remove("set", "a").await.unwrap(), 1);
    assert_eq!(kv.set_remove("set", "a").await.unwrap(), 0);
    assert_eq!(kv.set_query("set").await.unwrap(), ["b"]);
}

/// There are no empty sets.
pub async fn an_emptied_set_is_gone(subject: &Subject) {
    let kv = subject.client().await;
    kv.set_add("set", "a").await.unwrap();
    kv.set_add("set", "b").await.unwrap();
    kv.set_remove("set", "a").await.unwrap();
    assert!(kv.exists("set").await.unwrap());
    kv.set_remove("set", "b").await.unwrap();
    assert!(!kv.exists("set").await.unwrap());
    assert_eq!(kv.push("set", "a").await.unwrap(), 1);
}

/// A set that is not there is an empty one.
pub async fn sets_are_united_and_intersected(subject: &Subject) {
    let kv = subject.client().await;
    fill(&kv, "one", &["a", "b", "c"]).await;
    fill(&kv, "two", &["b", "c", "d"]).await;
    let union = kv.set_union(&["one", "two", "none"]).await.unwrap();
    assert_eq!(union, ["a", "b", "c", "d"]);
    let both = kv.set_intersection(&["one", "two"]).await.unwrap();
    assert_eq!(both, ["b", "c"]);
    assert_eq!(kv.set_union(&["one"]).await.unwrap(), ["a", "b", "c"]);
    assert_eq!(
        kv.set_intersection(&["two", "two"]).await.unwrap(),
        ["b", "c", "d"]
    );
    let none = kv.set_intersection(&["one", "none"]).await.unwrap();
    assert!(none.is_empty());
}

/// There is no such command.
pub async fn combining_no_sets_is_refused(subject: &Subject) {
    let kv = subject.client().await;
    assert!(matches!(
        kv.set_union(&[]).await,
        Err(ProviderError::Refused(_))
    ));
    assert!(matches!(
        kv.set_intersection(&[]).await,
        Err(ProviderError::Refused(_))
    ));
}

/// Whatever fits the operation's message but not the key's type changes nothing. `Get` says that
/// there is no string.
pub async fn operations_on_another_type_are_refused(subject: &Subject) {
    let kv = subject.client().await;
    kv.set("string", "s").await.unwrap();
    kv.push("list", "l").await.unwrap();
    fill(&kv, "set", &["m"]).await;
    for key in ["list", "set"] {
        assert_wrong_type(kv.add(key, 1).await);
        assert_eq!(kv.get(key).await.unwrap(), None);
    }
    for key in ["string", "set"] {
        assert_wrong_type(kv.push(key, "x").await);
        assert_wrong_type(kv.range(key, 0, -1).await);
        assert_wrong_type(kv.list_item_delete(key, "m").await);
    }
    for key in ["string", "list"] {
        assert_wrong_type(kv.set_add(key, "x").await);
        assert_wrong_type(kv.set_remove(key, "l").await);
        assert_wrong_type(kv.set_query(key).await);
        assert_wrong_type(kv.set_union(&["set", key]).await);
        assert_wrong_type(kv.set_intersection(&["none", key]).await);
    }
    assert_eq!(kv.get("string").await.unwrap().as_deref(), Some("s"));
    assert_eq!(kv.range("list", 0, -1).await.unwrap(), ["l"]);
    assert_eq!(kv.set_query("set").await.unwrap(), ["m"]);
}

/// `Clear` is `DEL`, for every type.
pub async fn clearing_removes_all_items(subject: &Subject) {
    let kv = subject.client().await;
    kv.push("list", "a").await.unwrap();
    kv.push("list", "b").await.unwrap();
    fill(&kv, "set", &["a", "b"]).await;
    assert_eq!(kv.clear("list").await.unwrap(), "list");
    assert_eq!(kv.clear("set").await.unwrap(), "set");
    assert_eq!(kv.push("list", "c").await.unwrap(), 1);
    assert_eq!(kv.range("list", 0, -1).await.unwrap(), ["c"]);
    fill(&kv, "set", &["c"]).await;
    assert_eq!(kv.set_query("set").await.unwrap(), ["c"]);
}

async fn fill(kv: &Client<'_>, key: &str, members: &[&str]) {
    for member in members {
        kv.set_add(key, member).await.unwrap();
    }
}

fn assert_wrong_type<T: std::fmt::Debug>(result: Result<T, ProviderError>) {
    let Err(ProviderError::Refused(reason)) = result else {
        panic!("not refused: {result:?}");
    };
    assert!(reason.starts_with("WRONGTYPE"), "{reason}");
}
