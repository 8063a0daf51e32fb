//! Timers that survive the end of a host. A provider that is dropped stores nothing more, as if the host
//! were killed.

use crate::kit::{Bound, after, calls, every};
use std::fs;
use tempfile::tempdir;

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn timers_of_an_actor_survive() {
    let folder = tempdir().unwrap();
    let bound = Bound::stored(folder.path(), 0, &[]).await.unwrap();
    bound.set(after("once", 10_000)).await.unwrap();
    bound.set(every("often", 4_000)).await.unwrap();
    bound.set(after("gone", 20_000)).await.unwrap();
    bound.cancel("gone").await.unwrap();
    assert_eq!(bound.at(5_000).await, calls("often", [4_000]));
    drop(bound);
    let bound = Bound::stored(folder.path(), 6_000, &[]).await.unwrap();
    assert_eq!(bound.names().await, ["often", "once"]);
    assert_eq!(
        bound.at(8_000).await,
        calls("often", [8_000]),
        "from its first moment"
    );
    bound.at(10_000).await;
    drop(bound);
    let bound = Bound::stored(folder.path(), 11_000, &[]).await.unwrap();
    assert_eq!(bound.names().await, ["often"]);
}

/// Returns the calls after a host that was off from 1:10 to 4:30.
async fn after_a_night(missed: &str) -> Vec<(String, i64)> {
    let folder = tempdir().unwrap();
    let values = [("CRON.tick", "0 * * * *"), ("MISSED", missed)];
    let bound = Bound::stored(folder.path(), 0, &values).await.unwrap();
    assert_eq!(bound.at(HOUR).await, calls("tick", [HOUR]));
    drop(bound);
    let bound = Bound::stored(folder.path(), 4 * HOUR + HOUR / 2, &values);
    let fired = bound.await.unwrap().actor.fired();
    fired
        .into_iter()
        .map(|it| (it.name, it.scheduled))
        .collect()
}

#[tokio::test]
async fn calls_that_a_host_missed_follow_the_policy() {
    assert_eq!(after_a_night("skip").await, []);
    assert_eq!(after_a_night("once").await, calls("tick", [4 * HOUR]));
    let all = calls("tick", [2 * HOUR, 3 * HOUR, 4 * HOUR]);
    assert_eq!(after_a_night("all").await, all);
}

/// Returns the number of calls after a crash in the middle of one.
async fn after_a_crash(missed: &str) -> usize {
    let folder = tempdir().unwrap();
    let values = [("EVERY.tick", "10s"), ("MISSED", missed)];
    let bound = Bound::stored(folder.path(), 0, &values).await.unwrap();
    bound.actor.hold();
    assert_eq!(bound.at(10_000).await.len(), 1);
    drop(bound);
    let bound = Bound::stored(folder.path(), 11_000, &values).await.unwrap();
    bound.actor.fired().len()
}

#[tokio::test]
async fn a_call_that_a_crash_cut_off_is_made_again_unless_missed_calls_are_skipped() {
    assert_eq!(after_a_crash("skip").await, 0);
    assert_eq!(after_a_crash("once").await, 1);
    assert_eq!(after_a_crash("all").await, 1);
}

#[tokio::test]
async fn a_single_call_is_not_made_again_after_a_restart() {
    let folder = tempdir().unwrap();
    let values = [("AT.launch", "1970-01-01T00:00:10Z")];
    let bound = Bound::stored(folder.path(), 0, &values).await.unwrap();
    assert_eq!(bound.at(10_000).await.len(), 1);
    drop(bound);
    let bound = Bound::stored(folder.path(), 20_000, &values).await.unwrap();
    assert_eq!(bound.actor.fired(), []);
    drop(bound);
    // Another time is another call.
    let values = [("AT.launch", "1970-01-01T00:00:30Z")];
    let bound = Bound::stored(folder.path(), 21_000, &values).await.unwrap();
    assert_eq!(bound.at(30_000).await.len(), 1);
}

#[tokio::test]
async fn a_new_schedule_misses_no_call_of_the_past() {
    let folder = tempdir().unwrap();
    let bound = Bound::stored(folder.path(), 0, &[("EVERY.tick", "10s")]).await;
    drop(bound.unwrap());
    let values = [("EVERY.tick", "7s"), ("MISSED", "all")];
    let bound = Bound::stored(folder.path(), 100_000, &values)
        .await
        .unwrap();
    assert_eq!(bound.actor.fired(), []);
    assert_eq!(bound.at(107_000).await, calls("tick", [107_000]));
}

#[tokio::test]
async fn a_damaged_file_is_told_and_a_torn_one_is_used() {
    let folder = tempdir().unwrap();
    let bound = Bound::stored(folder.path(), 0, &[]).await.unwrap();
    for name in ["a", "b", "c"] {
        bound.set(after(name, 10_000)).await.unwrap();
    }
    drop(bound);
    let file = folder.path().join("MACTOR.default.timers");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 5]).unwrap();
    let bound = Bound::stored(folder.path(), 0, &[]).await.unwrap();
    assert_eq!(bound.names().await, ["a", "b"]);
    drop(bound);
    let mut damaged = whole;
    damaged[40] ^= 1;
    fs::write(&file, damaged).unwrap();
    let error = Bound::stored(folder.path(), 0, &[]).await.err().unwrap();
    let error = error.to_string();
    assert!(
        error.contains("line 2") && error.contains("MACTOR"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_belongs_to_one_host() {
    let folder = tempdir().unwrap();
    let bound = Bound::stored(folder.path(), 0, &[]).await.unwrap();
    let error = Bound::stored(folder.path(), 0, &[]).await.err().unwrap();
    assert!(error.to_string().contains("another host"), "{error}");
    bound.unbind().await;
    Bound::stored(folder.path(), 0, &[]).await.unwrap();
}
