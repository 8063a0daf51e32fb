//! Actors that call one another as deeply as they may: what is between them is the host's stack.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire::{ActorOptions, Clock, ErrorKind, HostOptions, Instances, SystemClock};
use capwire_conformance::guests::guest;
use capwire_hostile::{Site, Subject, Wall, subjects};
use std::num::NonZeroUsize;
use std::time::Duration;

/// Calls the actor whose key is its payload, with the same payload, and answers what that did; or
/// with one byte if the host did not let it.
fn calls_itself() -> Vec<u8> {
    let body = "(call $__guest_request (i32.const 0) (i32.const 1024))
        (if (call $deep (i32.const 1000) (local.get $payload))
            (then (call $__host_response (i32.const 2048))))
        (call $__guest_response
            (i32.const 2048) (i32.add (call $__host_response_len) (i32.const 1)))
        (i32.const 1)";
    let deep = "(func $deep (param i32 i32) (result i32)
        (if (result i32) (local.get 0)
            (then (call $deep (i32.sub (local.get 0) (i32.const 1)) (local.get 1)))
            (else (call $__host_call (i32.const 0) (i32.const 0) (i32.const 1024) (local.get 1)
                (i32.const 0) (i32.const 5) (i32.const 1024) (local.get 1)))))";
    wat::parse_str(guest(body, deep)).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn actors_call_one_another_as_deeply_as_they_may_and_no_deeper() {
    let depth = HostOptions::default().call_depth;
    for Subject { name, engine, .. } in subjects().unwrap() {
        let site = Site::new(engine, &Wall::default()).unwrap();
        let mut options = ActorOptions::default();
        options.instances = Instances::Shared(depth.saturating_add(1));
        let actor = site.sign(&calls_itself()).await;
        let actor = site.start(actor.unwrap(), options).await.unwrap();
        let key = actor.to_string();
        let answer = site.host().call(actor, "again", key).await.unwrap();
        assert_eq!(NonZeroUsize::new(answer.len()), Some(depth), "{name}");
    }
}

/// Calls the actor whose key is its payload, with the same payload, and then computes for ever.
fn calls_itself_and_spins() -> Vec<u8> {
    let body = "(call $__guest_request (i32.const 0) (i32.const 1024))
        (drop (call $__host_call (i32.const 0) (i32.const 0) (i32.const 1024) (local.get $payload)
            (i32.const 0) (i32.const 5) (i32.const 1024) (local.get $payload)))
        (loop $spin (br $spin))
        (i32.const 1)";
    wat::parse_str(guest(body, "")).unwrap()
}

/// The caller's budget ends the whole chain, not only its own computing.
#[tokio::test(flavor = "current_thread")]
async fn a_chain_of_calls_uses_the_budget_of_one_call_w4() {
    const BUDGET: Duration = Duration::from_millis(50);
    let clock = SystemClock::default();
    for Subject { name, engine, .. } in subjects().unwrap() {
        let site = Site::new(engine, &Wall::default()).unwrap();
        let mut options = ActorOptions::default();
        options.instances = Instances::Shared(HostOptions::default().call_depth);
        options.cpu_budget = BUDGET;
        options.deadline = Duration::from_secs(3_600);
        let actor = site.sign(&calls_itself_and_spins()).await;
        let actor = site.start(actor.unwrap(), options).await.unwrap();
        let before = clock.thread_cpu();
        let result = site.host().call(actor, "again", actor.to_string()).await;
        let spent = clock.thread_cpu() - before;
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Limit, "{name}");
        assert!(spent < 5 * BUDGET, "{name}: {spent:?} of {BUDGET:?}");
    }
}
