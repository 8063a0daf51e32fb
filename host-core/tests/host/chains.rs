//! Actors that call actors: through, or a clear error, never for ever.

use crate::kit::{Kit, Module, instances, text};
use bytes::Bytes;
use capwire_engine_fake::{Fake, Script, standard};
use capwire_host::{ActorId, ErrorKind, HostOptions};
use futures_util::future::join_all;
use std::num::NonZeroUsize;

/// The payload by which `call` of one actor calls each of `path` in turn, the last one's `echo`.
fn through(path: &[ActorId]) -> Bytes {
    let (last, before) = path.split_last().unwrap();
    let echo = standard::host_call("", &last.to_string(), "echo", b"hi");
    before.iter().rev().fold(echo, |inner, actor| {
        standard::host_call("", &actor.to_string(), "call", &inner)
    })
}

/// Two actors that may call each other, with so many instances each.
async fn pair(kit: &Kit, count: usize) -> (ActorId, ActorId) {
    let (a, b) = (Module::new(), Module::new());
    let (a_id, b_id) = (a.id(), b.id());
    kit.start_with(&a.claims(b_id), instances(count)).await;
    kit.start_with(&b.claims(a_id), instances(count)).await;
    (a_id, b_id)
}

#[tokio::test]
async fn a_call_back_to_the_caller_works_with_a_free_instance() {
    let kit = Kit::new();
    let (a, b) = pair(&kit, 2).await;
    let answer = kit.host.call(a, "call", through(&[b, a])).await;
    assert_eq!(answer.unwrap(), "hi");
}

#[tokio::test]
async fn a_call_back_to_the_caller_is_refused_without_a_free_instance() {
    let kit = Kit::new();
    let (a, b) = pair(&kit, 1).await;
    let error = kit.host.call(a, "call", through(&[b, a])).await;
    let error = error.unwrap_err();
    assert!(text(&error).contains("would wait for itself"), "{error:?}");
    assert!(kit.host.call(a, "echo", "").await.is_ok());
}

#[tokio::test]
async fn an_actor_with_one_instance_cannot_call_itself() {
    let kit = Kit::new();
    let actor = kit.start_with(&Module::new(), instances(1)).await;
    let error = kit.host.call(actor, "call", through(&[actor])).await;
    let error = error.unwrap_err();
    assert!(text(&error).contains("would wait for itself"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_in_both_directions_do_not_deadlock() {
    let kit = Kit::new();
    let (a, b) = pair(&kit, 1).await;
    let crowd = (0..64).map(|caller| {
        let host = kit.host.clone();
        let (from, to) = if caller % 2 == 0 { (a, b) } else { (b, a) };
        tokio::spawn(async move { host.call(from, "call", through(&[to])).await })
    });

    for result in join_all(crowd).await {
        match result.unwrap() {
            Ok(answer) => assert_eq!(answer, "hi"),
            Err(error) => {
                assert!(text(&error).contains("would wait for itself"), "{error:?}");
            }
        }
    }
    assert_eq!(kit.host.call(a, "call", through(&[b])).await.unwrap(), "hi");
}

#[tokio::test]
async fn a_provider_that_calls_back_is_part_of_the_chain() {
    let kit = Kit::new();
    kit.told();
    let one = kit.bound_actor(instances(1)).await;
    let error = kit.ask(one, "Back", "hi").await.unwrap_err();
    assert!(text(&error).contains("would wait for itself"), "{error:?}");
    kit.host.stop_actor(one).await.unwrap();

    let two = kit.bound_actor(instances(2)).await;
    assert_eq!(kit.ask(two, "Back", "hi").await.unwrap(), "hi");
}

#[tokio::test]
async fn call_chains_have_a_depth_limit() {
    let dives = Script::new(|guest, call| async move {
        let own = String::from_utf8_lossy(&call.payload).into_owned();
        guest.host_call("", &own, "dive", &call.payload).await
    });
    let mut options = HostOptions::default();
    options.call_depth = NonZeroUsize::new(4).unwrap();
    let fake = Fake::new().with("dives", dives);
    let kit = Kit::with(fake, |builder| builder.options(options));
    let module = Module::new().script("dives");
    let actor = kit.start_with(&module, instances(32)).await;

    let error = kit.host.call(actor, "dive", actor.to_string()).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Actor);
    assert!(text(&error).contains("too deeply"), "{error:?}");
    assert_eq!(kit.fake.made_instances(), 4);
}
