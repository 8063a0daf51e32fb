//! Instances that take long to make: never on the thread that makes calls, and never more than there
//! may be, whoever waits for them.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire::{ActorId, ActorOptions, Instances};
use capwire_conformance::guests::imports;
use capwire_hostile::{Site, Subject, Wall, Watched, subjects};
use std::future::ready;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use tokio::task::yield_now;

/// A guest that traps if its payload is empty, and answers else. To make an instance a megabyte is
/// copied, and on wasm3 all code is compiled.
fn guest() -> Vec<u8> {
    let data = "x".repeat(1 << 20);
    let code = "(local.set 0 (i32.mul (local.get 0) (i32.const 3)))".repeat(3_000);
    let text = format!(
        r#"(module
        {}
        (memory (export "memory") 32)
        (data (i32.const 65536) "{data}")
        (func $never (param i32) {code})
        (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
            (if (i32.eqz (local.get $payload)) (then unreachable))
            (call $__guest_response (i32.const 0) (i32.const 1))
            (i32.const 1)))"#,
        imports()
    );
    wat::parse_str(text).unwrap()
}

async fn start(site: &Site) -> ActorId {
    let mut options = ActorOptions::default();
    options.instances = Instances::Shared(NonZeroUsize::MIN);
    let actor = site.sign(&guest()).await.unwrap();
    site.start(actor, options).await.unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn callers_that_give_up_leave_no_more_instances_than_there_may_be() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let watched = Watched::new(engine);
        let site = Site::new(Arc::new(watched.clone()), &Wall::default()).unwrap();
        let actor = start(&site).await;
        site.host().call(actor, "trap", "").await.unwrap_err();
        for _ in 0..100 {
            tokio::select! {
                biased;
                answer = site.host().call(actor, "answer", "now") => drop(answer.unwrap()),
                () = ready(()) => {}
            }
            yield_now().await;
        }
        let answer = site.host().call(actor, "answer", "patiently").await;
        assert_eq!(answer.unwrap().len(), 1, "{name}");
        assert_eq!(watched.seen().most, 1, "{name}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn instances_and_code_are_made_and_freed_where_no_calls_are() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let watched = Watched::new(engine);
        let site = Site::new(Arc::new(watched.clone()), &Wall::default()).unwrap();
        let actor = start(&site).await;
        for _ in 0..3 {
            site.host().call(actor, "trap", "").await.unwrap_err();
        }
        site.host().call(actor, "answer", "now").await.unwrap();
        site.host().stop_actor(actor).await.unwrap();
        while watched.seen().modules > 0 || watched.seen().instances > 0 {
            yield_now().await;
        }
        let threads = watched.seen().threads;
        assert!(!threads.contains(&thread::current().id()), "{name}");
    }
}
