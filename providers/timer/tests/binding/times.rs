//! The times of calls.

use crate::kit::{Bound, calls};

#[tokio::test]
async fn an_actor_is_called_at_each_time_with_its_content() {
    let bound = Bound::new(&[
        ("CRON.report", "*/5 * * * *"),
        ("PAYLOAD.report", "all"),
        ("AT.launch", "1970-01-01T00:07"),
        ("ZONE.launch", "UTC"),
    ])
    .await;
    assert_eq!(bound.at(299_999).await, []);
    assert_eq!(bound.at(300_000).await, calls("report", [300_000]));
    assert_eq!(bound.at(420_000).await, calls("launch", [420_000]));
    assert_eq!(bound.at(600_001).await, calls("report", [600_000]));
    let listed = bound.list("").await;
    let listed: Vec<_> = listed.iter().map(|it| (&*it.schedule, it.next)).collect();
    let expected = [
        ("at 1970-01-01T00:07:00Z", 0),
        ("cron */5 * * * * UTC", 900_000),
    ];
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn a_call_tells_its_time_and_its_content() {
    let bound = Bound::new(&[("EVERY.tick", "10s"), ("PAYLOAD.tick", "all")]).await;
    bound.clock.set(10_250);
    bound.settle().await;
    let fired = bound.actor.fired();
    let [firing] = &fired[..] else {
        panic!("{fired:?}");
    };
    assert_eq!((firing.scheduled, firing.now), (10_000, 10_250));
    assert_eq!((firing.attempt, firing.missed), (1, 0));
    assert_eq!(firing.payload, b"all");
}

/// The delay is the longest possible one here.
#[tokio::test]
async fn jitter_delays_a_call_and_keeps_its_time() {
    let bound = Bound::new(&[("EVERY.tick", "10s"), ("JITTER", "3s")]).await;
    assert_eq!(bound.at(12_999).await, []);
    assert_eq!(bound.at(13_000).await, calls("tick", [10_000]));
    assert_eq!(bound.at(23_000).await, calls("tick", [20_000]));
    let bound = Bound::new(&[("EVERY.tick", "10s"), ("JITTER", "1h")]).await;
    assert_eq!(bound.at(14_999).await, []);
    assert_eq!(bound.at(15_000).await, calls("tick", [10_000]));
}

#[tokio::test]
async fn a_clock_that_is_set_back_repeats_no_call() {
    let bound = Bound::new(&[("EVERY.tick", "10s")]).await;
    assert_eq!(bound.at(20_000).await, calls("tick", [20_000]));
    assert_eq!(bound.at(5_000).await, []);
    assert_eq!(bound.at(20_000).await, []);
    assert_eq!(bound.at(30_000).await, calls("tick", [30_000]));
}

/// Daylight saving time begins in Berlin at 1:00 UTC on 26 March 2028, and ends on 29 October. The clock
/// of the test goes on by half an hour each time.
#[tokio::test]
async fn a_year_of_calls_follows_the_time_zone() {
    const HALF: i64 = 1_800_000;
    const START: i64 = 1_830_297_600_000;
    let values = [
        ("CRON.report", "30 2 * * *"),
        ("ZONE", "Europe/Berlin"),
        ("TOLERANCE", "1h"),
    ];
    let bound = Bound::new_at(START, &values).await;
    let mut fired = Vec::new();
    for step in 1..=366 * 48 {
        let now = START + step * HALF;
        bound.clock.set(now);
        // The task may have begun the call already.
        if now >= bound.list("").await[0].next {
            fired.extend(bound.at(now).await);
        }
    }
    fired.extend(bound.at(START + 366 * 48 * HALF).await);
    let fired: Vec<i64> = fired.into_iter().map(|(_, scheduled)| scheduled).collect();
    let half = |at: &i64| at.rem_euclid(86_400_000) / HALF;
    let halves = fired.chunk_by(|a, b| half(a) == half(b));
    let halves: Vec<_> = halves.map(|days| (half(&days[0]), days.len())).collect();
    // 1:30 in winter, 1:00 at the change, 0:30 in summer.
    assert_eq!(halves, [(3, 85), (2, 1), (1, 217), (3, 63)]);
}
