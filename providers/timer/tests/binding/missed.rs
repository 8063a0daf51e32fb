//! Calls that come due while another one is under way, or that come late.

use crate::kit::{Bound, calls};

/// Holds a call that is due at 10 s until 45 s, and returns the calls after it.
async fn after_a_long_call(missed: &str) -> (Vec<(String, i64)>, Vec<u64>) {
    let bound = Bound::new(&[("EVERY.tick", "10s"), ("MISSED", missed)]).await;
    bound.actor.hold();
    assert_eq!(bound.at(10_000).await, calls("tick", [10_000]));
    assert_eq!(bound.at(45_000).await, [], "no overlap");
    bound.actor.release(1_000);
    bound.settle().await;
    let fired = bound.actor.fired();
    let missed = fired.iter().map(|it| it.missed).collect();
    let mut all: Vec<_> = fired
        .into_iter()
        .map(|it| (it.name, it.scheduled))
        .collect();
    all.extend(bound.at(50_000).await);
    (all, missed)
}

#[tokio::test]
async fn a_timer_does_not_overlap_with_itself() {
    let skip = after_a_long_call("skip").await;
    assert_eq!(skip, (calls("tick", [50_000]), vec![]));
    let once = after_a_long_call("once").await;
    assert_eq!(once, (calls("tick", [40_000, 50_000]), vec![2]));
    let all = after_a_long_call("all").await;
    let each = calls("tick", [20_000, 30_000, 40_000, 50_000]);
    assert_eq!(all, (each, vec![0, 0, 0]));
    let some = after_a_long_call("all 2").await;
    assert_eq!(some, (calls("tick", [30_000, 40_000, 50_000]), vec![1, 0]));
}

#[tokio::test]
async fn a_timer_may_overlap_if_the_binding_says_so() {
    let values = [
        ("EVERY.tick", "10s"),
        ("OVERLAP.tick", "yes"),
        ("MAX_CONCURRENT", "2"),
    ];
    let bound = Bound::new(&values).await;
    bound.actor.hold();
    assert_eq!(bound.at(10_000).await, calls("tick", [10_000]));
    assert_eq!(bound.at(20_000).await, calls("tick", [20_000]));
    assert_eq!(bound.at(30_000).await, [], "only two at the same time");
    bound.actor.release(1);
    bound.settle().await;
    assert_eq!(bound.at(30_001).await, calls("tick", [30_000]));
}

#[tokio::test]
async fn calls_of_many_timers_take_turns() {
    let timers = ["a", "b", "c"].map(|name| format!("EVERY.{name}"));
    let mut values: Vec<(&str, &str)> = timers.iter().map(|key| (&**key, "10s")).collect();
    values.push(("MAX_CONCURRENT", "1"));
    let bound = Bound::new(&values).await;
    bound.actor.hold();
    let mut names = Vec::new();
    for now in [10_000, 20_000, 30_000, 40_000, 50_000, 60_000] {
        names.extend(bound.at(now).await.into_iter().map(|(name, _)| name));
        bound.actor.release(1);
    }
    assert_eq!(names.concat(), "abcabc");
}

/// A host that slept, or a clock that was set.
#[tokio::test]
async fn a_late_call_is_missed() {
    let late = async |missed, now| {
        let values = [("EVERY.tick", "1h"), ("MISSED", missed)];
        Bound::new(&values).await.at(now).await
    };
    let hour = 3_600_000;
    assert_eq!(late("skip", hour + 60_000).await, calls("tick", [hour]));
    assert_eq!(late("skip", hour + 60_001).await, []);
    assert_eq!(
        late("once", 3 * hour + 60_001).await,
        calls("tick", [3 * hour])
    );
    let all = late("all", 3 * hour + 60_001).await;
    assert_eq!(all, calls("tick", [hour, 2 * hour, 3 * hour]));
}
