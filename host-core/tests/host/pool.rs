//! Instances and the queue for them.

use crate::kit::{Kit, Module, eventually, instances};
use capwire_host::{ActorOptions, Instances};
use capwire_provider::{ActorCall, ActorError};
use futures_util::future::join_all;
use std::num::{NonZeroU64, NonZeroUsize};

#[tokio::test]
async fn one_instance_is_one_memory_and_one_call_at_a_time() {
    let kit = Kit::new();
    let actor = kit.start_with(&Module::new(), instances(1)).await;
    let counts = join_all((0..20).map(|_| kit.host.call(actor, "count", ""))).await;

    let counts: Vec<u32> = counts
        .into_iter()
        .map(|count| String::from_utf8_lossy(&count.unwrap()).parse().unwrap())
        .collect();
    assert_eq!(counts, (1..=20).collect::<Vec<_>>());
    assert_eq!(kit.fake.made_instances(), 1);
}

#[tokio::test]
async fn instances_are_started_when_they_are_needed_and_no_more_than_allowed() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(instances(3)).await;
    assert_eq!(kit.fake.made_instances(), 1);
    let calls = join_all((0..10).map(|_| kit.ask(actor, "Wait", "")));
    let release = async {
        eventually(|| told.count("Wait") == 3).await;
        let pool = kit.host.inventory().actors[0].pool;
        assert_eq!((pool.instances, pool.busy, pool.waiting), (3, 3, 7));
        told.gate.add_permits(10);
    };
    let (answers, ()) = tokio::join!(calls, release);

    assert!(answers.iter().all(Result::is_ok));
    let pool = kit.host.inventory().actors[0].pool;
    assert_eq!((pool.idle, pool.busy, pool.waiting), (3, 0, 0));
    assert_eq!((pool.calls, pool.started), (10, 3));
}

#[tokio::test]
async fn fresh_instances_remember_nothing() {
    let kit = Kit::new();
    let mut options = ActorOptions::default();
    options.instances = Instances::Fresh(NonZeroUsize::MIN);
    let actor = kit.start_with(&Module::new(), options).await;
    for _ in 0..3 {
        assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "1");
    }
    eventually(|| kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn an_instance_is_replaced_after_its_calls() {
    let kit = Kit::new();
    let mut options = instances(1);
    options.calls_per_instance = NonZeroU64::new(2);
    let actor = kit.start_with(&Module::new(), options).await;
    for expected in ["1", "2", "1", "2"] {
        assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_full_queue_is_an_error_to_act_on() {
    let kit = Kit::new();
    let told = kit.told();
    let mut options = instances(1);
    options.queue = 1;
    let actor = kit.bound_actor(options).await;
    let one_too_many = async {
        eventually(|| kit.host.inventory().actors[0].pool.waiting == 1).await;
        let error = kit.ask(actor, "Echo", "").await.unwrap_err();
        let as_seen_by_a_provider = told.handle().call(ActorCall::new("echo", "")).await;
        told.gate.add_permits(1);
        (error, as_seen_by_a_provider)
    };
    let (running, waiting, (error, provider)) = tokio::join!(
        kit.ask(actor, "Wait", "1"),
        kit.ask(actor, "Echo", "2"),
        one_too_many
    );

    assert!(error.is_busy() && error.retryable(), "{error:?}");
    assert!(error.retry_after().is_some());
    assert!(matches!(provider, Err(ActorError::Busy { .. })));
    assert_eq!(
        (running.unwrap(), waiting.unwrap()),
        ("1".into(), "2".into())
    );
}

#[tokio::test]
async fn a_wait_that_is_given_up_frees_its_place_in_the_queue() {
    let kit = Kit::new();
    let told = kit.told();
    let mut options = instances(1);
    options.queue = 1;
    let actor = kit.bound_actor(options).await;
    let others = async {
        eventually(|| told.count("Wait") == 1).await;
        tokio::select! {
            biased;
            _ = kit.ask(actor, "Echo", "") => panic!("the only instance is busy"),
            () = eventually(|| kit.host.inventory().actors[0].pool.waiting == 1) => {}
        }
        assert_eq!(kit.host.inventory().actors[0].pool.waiting, 0);
        told.gate.add_permits(1);
        kit.ask(actor, "Echo", "").await
    };
    let (first, second) = tokio::join!(kit.ask(actor, "Wait", ""), others);
    assert!(first.is_ok() && second.is_ok());
}
