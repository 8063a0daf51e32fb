//! A successor of the provider goes on with all timers.

use crate::kit::{Bound, after, calls};
use capwire_provider::Provider;
use capwire_timer::Timers;
use std::sync::Arc;
use std::time::Duration;

const TICK: [(&str, &str); 1] = [("EVERY.tick", "10s")];

/// Returns a provider that has taken over from that of `bound`.
fn successor(bound: &Bound) -> Arc<Timers> {
    let successor = Timers::in_memory();
    successor.inherit(bound.timers.resources().unwrap());
    Arc::new(successor)
}

#[tokio::test]
async fn no_timer_is_lost_and_none_is_doubled() {
    let mut bound = Bound::new(&TICK).await;
    bound.set(after("own", 25_000)).await.unwrap();
    let mut fired = bound.at(10_000).await;
    for now in [20_000, 30_000, 40_000] {
        let new = successor(&bound);
        bound.bind_to(&new, &TICK).await.unwrap();
        assert_eq!(bound.timers.drain(Duration::from_secs(1)).await, 0);
        bound.unbind().await;
        bound.timers = new;
        fired.extend(bound.at(now).await);
    }
    let mut expected = calls("tick", [10_000, 20_000, 30_000, 40_000]);
    expected.insert(2, ("own".to_owned(), 25_000));
    assert_eq!(fired, expected);
}

#[tokio::test]
async fn the_old_provider_finishes_its_call() {
    let mut bound = Bound::new(&TICK).await;
    bound.actor.hold();
    bound.at(10_000).await;
    let new = successor(&bound);
    bound.bind_to(&new, &TICK).await.unwrap();
    assert_eq!(bound.timers.drain(Duration::ZERO).await, 1);
    let release = async {
        tokio::task::yield_now().await;
        bound.actor.release(1_000);
    };
    let drained = bound.timers.drain(Duration::from_secs(60));
    assert_eq!(tokio::join!(drained, release).0, 0);
    bound.unbind().await;
    bound.timers = new;
    assert_eq!(bound.at(20_000).await, calls("tick", [20_000]));
}

#[tokio::test]
async fn a_successor_with_other_values_can_be_taken_back() {
    let bound = Bound::new(&TICK).await;
    let new = successor(&bound);
    bound.bind_to(&new, &[("EVERY.tock", "5s")]).await.unwrap();
    assert_eq!(bound.names().await, ["tock"]);
    new.unbind(&bound.id).await.unwrap();
    assert_eq!(bound.names().await, ["tick"]);
    assert_eq!(bound.at(10_000).await, calls("tick", [10_000]));
}

#[tokio::test]
async fn a_binding_that_is_taken_back_is_durable_again() {
    let folder = tempfile::tempdir().unwrap();
    let bound = Bound::stored(folder.path(), 0, &TICK).await.unwrap();
    let new = Timers::in_memory();
    new.inherit(bound.timers.resources().unwrap());
    bound.bind_to(&new, &TICK).await.unwrap();
    new.unbind(&bound.id).await.unwrap();
    bound.set(after("own", 25_000)).await.unwrap();
    drop((bound, new));
    let bound = Bound::stored(folder.path(), 0, &TICK).await.unwrap();
    assert_eq!(bound.names().await, ["own", "tick"]);
}
