//! The end.

use crate::kit::{CONTRACT, Kit, Module, Told, binding, eventually, instances, next};
use capwire_engine_fake::{Fake, Script};
use capwire_host::{
    BindingKey, BindingName, ContractId, ErrorKind, Event, HostOptions, ManualClock,
};
use capwire_provider::{ActorCall, Config};
use std::sync::Arc;
use std::time::Duration;

const SOURCE: &str = "acme:source";

#[tokio::test]
async fn a_shut_down_host_has_nothing_and_takes_nothing() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(instances(2)).await;
    kit.host.shutdown().await.unwrap();

    let inventory = kit.host.inventory();
    assert!(inventory.actors.is_empty());
    assert!(inventory.providers.is_empty());
    assert!(inventory.bindings.is_empty());
    assert_eq!(told.log(), ["bind", "unbind"]);
    eventually(|| kit.fake.live_instances() == 0).await;

    let started = kit.host.start_actor(kit.actor(&Module::new()).await);
    assert_eq!(started.await.unwrap_err().kind(), ErrorKind::Closed);
    let provider = Arc::new(Told::new(CONTRACT));
    let added = kit.host.add_provider(provider);
    assert_eq!(added.unwrap_err().kind(), ErrorKind::Closed);
    assert!(kit.host.call(actor, "echo", "").await.is_err());
}

#[tokio::test]
async fn those_who_call_the_actor_leave_first_and_running_calls_keep_what_they_use() {
    let kit = Kit::new();
    let store = kit.told();
    let source = kit.add(Told::source(SOURCE), "");
    let module = Module::new().claims(CONTRACT).claims(SOURCE);
    let actor = kit.start_with(&module, instances(1)).await;
    kit.bind(actor).await;
    let contract = ContractId::new(SOURCE).unwrap();
    let key = BindingKey::new(actor, contract, BindingName::default());
    kit.host.bind(key.clone(), Config::default()).await.unwrap();
    let mut events = kit.host.events();

    let stop = async {
        eventually(|| store.count("Wait") == 1).await;
        let release = async {
            eventually(|| source.count("unbind") == 1).await;
            assert_eq!(store.count("unbind"), 0);
            store.gate.add_permits(1);
        };
        tokio::join!(kit.host.shutdown(), release).0
    };
    let (answer, stopped) = tokio::join!(kit.ask(actor, "Wait", "held"), stop);

    assert_eq!(answer.unwrap(), "held");
    stopped.unwrap();
    let mut unbound = Vec::new();
    while let Event::Unbound { binding, .. } = next(&mut events).await {
        unbound.push(binding);
    }
    assert_eq!(unbound, [key, binding(actor, "")]);
}

#[tokio::test]
async fn actors_that_others_still_need_stay_until_those_are_done() {
    let relay = Script::new(|guest, call| async move {
        guest.host_call("", CONTRACT, "Wait", b"").await?;
        let friend = String::from_utf8_lossy(&call.payload).into_owned();
        guest.host_call("", &friend, "echo", b"done").await
    });
    let kit = Kit::with(Fake::new().with("relay", relay), |builder| builder);
    let store = kit.told();
    let source = kit.add(Told::source(SOURCE).holds_bindings(), "");
    let friend = kit.start(&Module::new()).await;
    let module = Module::new().script("relay").claims(CONTRACT);
    let actor = kit.start(&module.claims(SOURCE).claims(friend)).await;
    kit.bind(actor).await;
    let contract = ContractId::new(SOURCE).unwrap();
    let key = BindingKey::new(actor, contract, BindingName::default());
    kit.host.bind(key, Config::default()).await.unwrap();

    // As a server does: a request is under way, and its binding ends only when it is answered.
    let request = async {
        let handle = source.handle();
        let answer = handle
            .call(ActorCall::new("relay", friend.to_string()))
            .await;
        source.unbind_gate.add_permits(1);
        answer
    };
    let release = async {
        eventually(|| source.count("unbind") == 1).await;
        store.gate.add_permits(1);
    };
    let stop = async {
        eventually(|| store.count("Wait") == 1).await;
        tokio::join!(kit.host.shutdown(), release).0
    };
    let (answer, stopped) = tokio::join!(request, stop);
    assert_eq!(answer.unwrap(), "done");
    stopped.unwrap();
}

/// A server that never ends its binding takes all of the time, so calls in progress get none.
#[tokio::test]
async fn a_shutdown_takes_one_drain_time_whatever_runs_w1() {
    let clock = ManualClock::at(Duration::from_secs(2_000_000_000));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let store = kit.told();
    let source = kit.add(Told::source(SOURCE).holds_bindings(), "");
    let module = Module::new().claims(CONTRACT).claims(SOURCE);
    let actor = kit.start_with(&module, instances(1)).await;
    kit.bind(actor).await;
    let contract = ContractId::new(SOURCE).unwrap();
    let key = BindingKey::new(actor, contract, BindingName::default());
    kit.host.bind(key, Config::default()).await.unwrap();

    let stop = async {
        eventually(|| store.count("Wait") == 1).await;
        let time = async {
            eventually(|| source.count("unbind") == 1).await;
            clock.advance(HostOptions::default().drain);
        };
        tokio::join!(kit.host.shutdown(), time).0
    };
    let all = async { tokio::join!(kit.ask(actor, "Wait", "held"), stop) };
    let ended = tokio::time::timeout(Duration::from_secs(60), all).await;
    let (answer, stopped) = ended.expect("it ends within a minute");
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Stopped);
    stopped.unwrap();
}
