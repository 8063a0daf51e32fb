//! Many callers at once.

use super::Subject;
use futures_util::future::join_all;
use std::sync::atomic::{AtomicBool, Ordering};

/// Every caller sees a sum that nobody else sees, and the last one is the number of additions.
pub async fn concurrent_additions_are_all_counted(subject: &Subject) {
    const CALLERS: i32 = 64;
    const EACH: i32 = 5;
    let kv = &subject.client().await;
    let callers = (0..CALLERS).map(|_| async move {
        let mut sums = Vec::new();
        for _ in 0..EACH {
            sums.push(kv.add("hits", 1).await.unwrap());
        }
        assert!(
            sums.is_sorted(),
            "a caller saw the counter go back: {sums:?}"
        );
        sums
    });
    let mut sums = join_all(callers).await.concat();
    sums.sort_unstable();
    assert_eq!(sums, (1..=CALLERS * EACH).collect::<Vec<_>>());
}

/// A member that moves between two sets is in one of them at every moment, so their union always has it.
pub async fn sets_are_combined_at_one_moment(subject: &Subject) {
    const MOVES: usize = 50;
    // Keys between the two, so that a provider that reads one after the other takes some time.
    let between: Vec<_> = (0..300).map(|number| format!("other-{number}")).collect();
    let between = between.iter().map(String::as_str);
    let keys: Vec<_> = ["one"].into_iter().chain(between).chain(["two"]).collect();
    let kv = &subject.client().await;
    kv.set_add("one", "member").await.unwrap();
    let is_over = AtomicBool::new(false);
    let writer = async {
        for number in 0..MOVES {
            let (from, to) = match number % 2 {
                0 => ("one", "two"),
                _ => ("two", "one"),
            };
            assert_eq!(kv.set_add(to, "member").await.unwrap(), 1);
            assert_eq!(kv.set_remove(from, "member").await.unwrap(), 1);
        }
        is_over.store(true, Ordering::SeqCst);
    };
    let reader = async {
        while !is_over.load(Ordering::SeqCst) {
            let union = kv.set_union(&keys).await.unwrap();
            assert_eq!(union, ["member"]);
        }
    };
    futures_util::future::join(writer, reader).await;
}
