//! The work for a call: bounded by its message, counted, and ended when the caller goes.

use super::{Client, Subject};
use crate::limits::Allowed;
use capwire_contracts::keyvalue::{
    MOST_KEYS, OP_RANGE, OP_SET_INTERSECTION, OP_SET_QUERY, OP_SET_UNION,
};
use capwire_contracts::{codec, keyvalue as kv};
use capwire_provider::{ProviderError, WorkEnded};
use futures_util::future::try_join_all;

/// Elements of each collection: more than the steps between two checks.
const ELEMENTS: usize = 600;

/// A message may name the same set as often as it has room for. Each set counts once.
pub async fn repeated_keys_count_once_w1(subject: &Subject) {
    let kv = subject.client().await;
    fill(&kv).await;
    let keys = vec!["set"; 100_000];
    for operation in [OP_SET_INTERSECTION, OP_SET_UNION] {
        // Each member once takes fewer checks than this, and each member of each key far more.
        let allowed = Allowed::checks(100);
        let found = kv.limited(&allowed).several(operation, &keys).await;
        assert_eq!(found.unwrap().len(), ELEMENTS, "{operation}");
    }
}

/// Different keys have a bound, too.
pub async fn a_message_with_too_many_keys_is_refused_w2(subject: &Subject) {
    let kv = subject.client().await;
    let keys: Vec<_> = (0..=MOST_KEYS).map(|key| key.to_string()).collect();
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    let (_, most) = keys.split_last().unwrap();
    assert!(kv.set_union(most).await.unwrap().is_empty());
    for operation in [OP_SET_INTERSECTION, OP_SET_UNION] {
        let refused = kv.several(operation, &keys).await;
        assert!(
            matches!(refused, Err(ProviderError::BadMessage { .. })),
            "{operation}: {refused:?}"
        );
    }
}

/// Reads look every so many elements whether somebody waits, also while they skip elements.
pub async fn reads_end_when_their_caller_goes_w3(subject: &Subject) {
    let kv = subject.client().await;
    fill(&kv).await;
    for (operation, payload) in reads() {
        let gone = Allowed::checks_before_the_caller_goes(2);
        let ended = kv.limited(&gone).raw(operation, &payload).await;
        assert!(
            matches!(ended, Err(ProviderError::Ended(WorkEnded::GivenUp))),
            "{operation}: {ended:?}"
        );
    }
}

/// Reads are billed to their caller, and end with its budget.
pub async fn reads_end_with_the_budget_of_their_caller_w3(subject: &Subject) {
    let kv = subject.client().await;
    fill(&kv).await;
    for (operation, payload) in reads() {
        let allowed = Allowed::checks(2);
        let ended = kv.limited(&allowed).raw(operation, &payload).await;
        assert!(
            matches!(ended, Err(ProviderError::Ended(WorkEnded::Overspent))),
            "{operation}: {ended:?}"
        );
        assert!(allowed.charged() > 0, "{operation} is free");
    }
}

/// A write without a caller or a budget changes nothing, and neither does one that ends early.
pub async fn writes_are_on_the_budget_of_their_caller_w3(subject: &Subject) {
    let kv = subject.client().await;
    fill(&kv).await;
    let item = kv::ItemRequest {
        key: "list".to_owned(),
        value: "0".to_owned(),
    };
    let item = codec::encode(&item).unwrap();
    for checks in [0, 2] {
        for allowed in [
            Allowed::checks(checks),
            Allowed::checks_before_the_caller_goes(checks),
        ] {
            let ended = kv
                .limited(&allowed)
                .raw(kv::OP_LIST_ITEM_DELETE, &item)
                .await;
            assert!(matches!(ended, Err(ProviderError::Ended(_))), "{ended:?}");
        }
    }
    assert_eq!(kv.list_item_delete("list", "0").await.unwrap(), 1);
}

/// The reads whose work grows with what is stored.
fn reads() -> [(&'static str, Vec<u8>); 5] {
    let key = |key: &str| key.to_owned();
    let last = kv::RangeRequest {
        key: key("list"),
        start: -1,
        stop: -1,
    };
    let sets = kv::KeysRequest {
        keys: vec![key("set"), key("same")],
    };
    let sets = codec::encode(&sets).unwrap();
    let set = codec::encode(&kv::KeyRequest { key: key("set") }).unwrap();
    let all = kv::RangeRequest {
        key: key("list"),
        start: 0,
        stop: -1,
    };
    [
        (OP_RANGE, codec::encode(&all).unwrap()),
        (OP_RANGE, codec::encode(&last).unwrap()),
        (OP_SET_QUERY, set),
        (OP_SET_UNION, sets.clone()),
        (OP_SET_INTERSECTION, sets),
    ]
}

/// Two equal sets and a list.
async fn fill(kv: &Client<'_>) {
    let elements = (0..ELEMENTS).map(|element| async move {
        let element = element.to_string();
        kv.set_add("set", &element).await?;
        kv.set_add("same", &element).await?;
        kv.push("list", &element).await
    });
    try_join_all(elements).await.unwrap();
}
