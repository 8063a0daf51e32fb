//! Handlers that fail, and actors that are busy.

use crate::kit::{Bound, calls};
use capwire_provider::{ActorError, Provider};
use std::time::Duration;

fn failed() -> ActorError {
    ActorError::Failed("it broke".to_owned())
}

#[tokio::test]
async fn a_call_that_fails_is_not_made_again_by_default() {
    let bound = Bound::new(&[("EVERY.tick", "10s")]).await;
    bound.actor.fail([failed()]);
    assert_eq!(bound.at(10_000).await.len(), 1);
    assert_eq!(bound.at(19_000).await, []);
    assert_eq!(bound.at(20_000).await, calls("tick", [20_000]));
}

#[tokio::test]
async fn a_call_that_fails_is_made_again_after_growing_pauses() {
    let values = [("EVERY.tick", "100s"), ("RETRIES", "3")];
    let bound = Bound::new(&values).await;
    bound
        .actor
        .fail([failed(), ActorError::Timeout, failed(), failed()]);
    let mut attempts = Vec::new();
    for now in (100_000..=120_000).step_by(500) {
        bound.clock.set(now);
        bound.settle().await;
        let fired = bound.actor.fired();
        attempts.extend(fired.iter().map(|it| (it.now, it.scheduled, it.attempt)));
    }
    let expected = [
        (100_000, 100_000, 1),
        (101_000, 100_000, 2),
        (103_000, 100_000, 3),
        (107_000, 100_000, 4),
    ];
    assert_eq!(attempts, expected);
    assert_eq!(bound.at(200_000).await, calls("tick", [200_000]));
}

#[tokio::test]
async fn a_busy_actor_gets_the_call_later() {
    let bound = Bound::new(&[("EVERY.tick", "10s")]).await;
    let retry_after = Duration::from_millis(50);
    bound
        .actor
        .fail([ActorError::Busy { retry_after }, ActorError::Stopped]);
    assert_eq!(bound.at(10_000).await.len(), 1);
    assert_eq!(bound.at(10_049).await, []);
    assert_eq!(bound.at(10_050).await.len(), 1);
    bound.clock.set(11_050);
    bound.settle().await;
    let fired = bound.actor.fired();
    assert_eq!(fired[0].attempt, 1, "the actor saw none of the others");
}

#[tokio::test]
async fn a_binding_that_ends_finishes_its_call_and_begins_none() {
    let bound = Bound::new(&[("EVERY.tick", "10s"), ("EVERY.tock", "20s")]).await;
    bound.actor.hold();
    bound.at(10_000).await;
    let end = async {
        let release = async {
            tokio::task::yield_now().await;
            bound.clock.set(20_000);
            bound.actor.release(1_000);
        };
        tokio::join!(bound.unbind(), release);
    };
    end.await;
    assert_eq!(bound.actor.fired(), []);
    bound.timers.unbind(&bound.id).await.unwrap();
}
