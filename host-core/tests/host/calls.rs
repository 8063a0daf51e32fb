//! Calls of actors.

use crate::kit::{Kit, Module, eventually, instances, next, text};
use capwire_host::{ErrorKind, Event};
use capwire_provider::{ActorCall, ActorError};
use capwire_wapc::{CallError, TrapKind};
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_of_64_callers_gets_its_own_answer() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(instances(8)).await;
    let callers = (0..64).map(|caller| {
        let host = kit.host.clone();
        tokio::spawn(async move {
            for turn in 0..50 {
                let payload = format!("{caller}/{turn}");
                let call = capwire_engine_fake::standard::host_call(
                    "",
                    crate::kit::CONTRACT,
                    "Echo",
                    payload.as_bytes(),
                );
                let answer = host.call(actor, "call", call).await.unwrap();
                assert_eq!(answer, payload);
            }
        })
    });

    for caller in join_all(callers).await {
        caller.unwrap();
    }
    assert_eq!(told.count("Echo"), 64 * 50);
    assert!(kit.fake.made_instances() <= 8);
}

#[tokio::test]
async fn a_guests_own_error_does_not_cost_it_its_memory() {
    let kit = Kit::new();
    let actor = kit.start_with(&Module::new(), instances(1)).await;
    kit.host.call(actor, "count", "").await.unwrap();

    let error = kit.host.call(actor, "fail", "my fault").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Actor);
    assert!(text(&error).contains("my fault"), "{error:?}");
    assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "2");
}

#[tokio::test]
async fn an_instance_is_never_used_after_a_fault() {
    for fault in ["trap", "breach"] {
        let kit = Kit::new();
        let actor = kit.start_with(&Module::new(), instances(1)).await;
        kit.host.call(actor, "count", "").await.unwrap();
        let mut events = kit.host.events();

        let error = kit.host.call(actor, fault, "").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Actor);
        let event = next(&mut events).await;
        assert!(matches!(event, Event::InstanceRetired { actor: of, .. } if of == actor));
        assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "1");
        eventually(|| kit.fake.live_instances() == 1).await;
    }
}

#[tokio::test]
async fn a_failure_says_who_what_why_and_what_is_left() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    let mut events = kit.host.events();

    let error = kit.host.call(actor, "trap", "too\nmany").await.unwrap_err();
    let failure = error.call_failure().unwrap();
    assert_eq!((failure.actor(), failure.operation()), (actor, "trap"));
    assert_eq!(failure.said(), Some("too\nmany"));
    assert!(!failure.instance_survived());
    assert!(
        matches!(failure.cause(), CallError::Trap(trap) if trap.kind() == TrapKind::Unreachable)
    );
    let (name, key) = (failure.name(), actor.to_string());
    let key = &key[..12];
    let text = format!(
        "{name} ({key}…) failed in `trap`: the guest executed `unreachable` (a panic or an abort)
  it said: too
    many
  the instance is not used again"
    );
    assert_eq!(
        (error.to_string(), error.report()),
        (text.clone(), text.clone())
    );
    let Event::InstanceRetired { reason, .. } = next(&mut events).await else {
        panic!("an instance is retired");
    };
    assert_eq!(*reason, *text, "the log and the caller read the same");
    let failed = told
        .handle()
        .call(ActorCall::new("trap", "too\nmany"))
        .await;
    assert_eq!(
        failed,
        Err(ActorError::Failed(text)),
        "and so does a provider"
    );
}

#[tokio::test]
async fn a_failure_that_its_instance_survives_says_so() {
    let kit = Kit::new();
    let actor = kit.start(&Module::new().named("a\nb\x1b[2J")).await;
    let hostile = "no\x1b[2J\nactor (M) failed";
    let error = kit.host.call(actor, "fail", hostile).await.unwrap_err();
    let failure = error.call_failure().unwrap();
    assert_eq!(failure.said(), Some(hostile));
    assert!(failure.instance_survived());
    assert_eq!(failure.name(), r"a\nb\u{1b}[2J");
    let shown = "failed in `fail`: no\\u{1b}[2J\n    actor (M) failed\n  the instance goes on";
    assert!(error.report().ends_with(shown), "{error}");

    let error = kit.host.call(actor, "breach", "").await.unwrap_err();
    let shown =
        "the guest broke the waPC protocol: a name is not UTF-8\n  the instance is not used again";
    assert!(error.report().ends_with(shown), "{}", error.report());
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_given_up_with_its_instance() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    tokio::select! {
        biased;
        _ = kit.ask(actor, "Wait", "") => panic!("the provider waits"),
        () = eventually(|| told.count("Wait") == 1) => {}
    }

    eventually(|| kit.fake.live_instances() == 0).await;
    assert_eq!(kit.ask(actor, "Echo", "next").await.unwrap(), "next");
}

#[tokio::test]
async fn an_unknown_actor_is_not_found() {
    let kit = Kit::new();
    let error = kit.host.call(Module::new().id(), "echo", "").await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_provider_sees_how_a_call_of_its_actor_failed() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    let handle = told.handle();

    let failed = handle.call(ActorCall::new("fail", "my fault")).await;
    assert!(matches!(failed, Err(ActorError::Failed(text)) if text.contains("my fault")));
    kit.host.stop_actor(actor).await.unwrap();
    let stopped = handle.call(ActorCall::new("echo", "")).await;
    assert_eq!(stopped, Err(ActorError::Stopped));
}

#[tokio::test]
async fn a_message_of_a_provider_that_is_too_long_is_no_failure_of_its_actor_c8() {
    let kit = Kit::new();
    let told = kit.told();
    let mut options = instances(1);
    options.limits.message_bytes = 10;
    kit.bound_actor(options).await;
    let handle = told.handle();
    assert_eq!(handle.max_message(), 10);
    let longest = handle.call(ActorCall::new("echo", "ten bytes.")).await;
    assert_eq!(longest.unwrap(), "ten bytes.");
    let longer = handle.call(ActorCall::new("echo", "eleven byte")).await;
    assert_eq!(longer, Err(ActorError::TooLong { most: 10 }));
}

#[tokio::test]
async fn whoever_calls_without_end_gives_way_to_others() {
    let kit = Kit::new();
    let actor = kit.start(&Module::new()).await;
    let other = tokio::spawn(async {});
    for _ in 0..10_000 {
        if other.is_finished() {
            return;
        }
        kit.host.call(actor, "echo", "").await.unwrap();
    }
    panic!("nobody else had a turn in 10,000 calls");
}
