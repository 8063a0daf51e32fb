//! Timers that an actor sets.

use crate::kit::{Bound, after, calls, every};
use capwire_contracts::timer::{ErrorClass, Timer};

fn class(error: Result<i64, String>) -> ErrorClass {
    let error = error.unwrap_err();
    ErrorClass::of(&error).unwrap()
}

#[tokio::test]
async fn an_actor_sets_lists_and_cancels_timers() {
    let bound = Bound::new(&[("EVERY.tick", "1h"), ("ZONE", "Asia/Tokyo")]).await;
    assert_eq!(bound.set(after("remind", 5_000)).await, Ok(5_000));
    let daily = Timer {
        name: "daily".to_owned(),
        cron: "0 9 * * *".to_owned(),
        ..Timer::default()
    };
    assert_eq!(bound.set(daily).await, Ok(86_400_000));
    assert_eq!(bound.set(every("often", 2_000)).await, Ok(2_000));
    assert_eq!(bound.names().await, ["daily", "often", "remind", "tick"]);
    let listed = bound.list("d").await;
    assert_eq!(listed[0].schedule, "cron 0 9 * * * Asia/Tokyo");
    assert!(listed[0].own && !bound.list("t").await[0].own);
    assert_eq!(bound.at(2_000).await, calls("often", [2_000]));
    assert_eq!(bound.cancel("often").await, Ok(true));
    assert_eq!(bound.cancel("often").await, Ok(false));
    assert_eq!(bound.at(5_000).await, calls("remind", [5_000]));
    assert_eq!(
        bound.names().await,
        ["daily", "tick"],
        "it was the only call"
    );
}

#[tokio::test]
async fn a_timer_replaces_the_one_of_its_name() {
    let bound = Bound::new(&[]).await;
    bound.set(after("a", 5_000)).await.unwrap();
    bound.set(after("a", 9_000)).await.unwrap();
    assert_eq!(bound.at(5_000).await, []);
    assert_eq!(bound.at(9_000).await, calls("a", [9_000]));
}

/// A handler can set the timer anew whose call it handles.
#[tokio::test]
async fn a_timer_that_is_set_in_its_own_call_stays() {
    let bound = Bound::new(&[]).await;
    bound.set(after("a", 1_000)).await.unwrap();
    bound.actor.hold();
    assert_eq!(bound.at(1_000).await.len(), 1);
    bound.set(after("a", 2_000)).await.unwrap();
    assert_eq!(bound.at(4_000).await, [], "no overlap");
    bound.actor.release(1_000);
    bound.settle().await;
    assert_eq!(bound.at(4_001).await, calls("a", [3_000]));
    assert_eq!(bound.names().await, [""; 0]);
}

#[tokio::test]
async fn what_an_actor_sets_is_bounded() {
    let values = [
        ("EVERY.tick", "1h"),
        ("MAX_TIMERS", "2"),
        ("MAX_PAYLOAD", "10"),
    ];
    let bound = Bound::new(&values).await;
    assert_eq!(
        class(bound.set(after("tick", 5_000)).await),
        ErrorClass::Name
    );
    assert!(bound.cancel("tick").await.is_err());
    assert_eq!(
        class(bound.set(every("a", 999)).await),
        ErrorClass::Schedule
    );
    let large = Timer {
        payload: vec![0; 11],
        ..after("a", 5_000)
    };
    assert_eq!(class(bound.set(large).await), ErrorClass::Size);
    for name in ["a", "b", "a"] {
        bound.set(after(name, 5_000)).await.unwrap();
    }
    assert_eq!(class(bound.set(after("c", 5_000)).await), ErrorClass::Full);
    bound.cancel("a").await.unwrap();
    bound.set(after("c", 5_000)).await.unwrap();
}

/// An actor that sets a timer in each call gets one call in each shortest interval.
#[tokio::test]
async fn an_actor_cannot_keep_itself_busy() {
    let bound = Bound::new(&[("MIN_INTERVAL", "2s")]).await;
    let mut fired = 0;
    bound.set(after("a", 1)).await.unwrap();
    for now in (0..20_000).step_by(100) {
        let calls = bound.at(now).await.len();
        if calls > 0 {
            bound.set(after("a", 1)).await.unwrap();
        }
        fired += calls;
    }
    assert_eq!(fired, 9);
}
