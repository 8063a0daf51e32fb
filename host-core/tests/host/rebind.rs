//! A binding gets other values while its actor uses it.

use crate::kit::{CONTRACT, Kit, Module, OnBind, Told, binding, eventually, instances, next, text};
use capwire_host::{ActorId, Error, ErrorKind, Event};
use capwire_provider::Config;
use std::sync::Arc;

fn config(size: &str) -> Config {
    Config::from_iter([("SIZE", size)])
}

fn size(told: &Told) -> Option<String> {
    told.config().get("SIZE").map(str::to_owned)
}

async fn bound(kit: &Kit, values: &str) -> ActorId {
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start_with(&module, instances(4)).await;
    let bound = kit.host.bind(binding(actor, ""), config(values)).await;
    bound.unwrap();
    actor
}

async fn rebind(kit: &Kit, actor: ActorId, values: &str) -> Result<(), Error> {
    let bound = kit.host.rebind(binding(actor, ""), config(values)).await;
    bound.map(drop)
}

#[tokio::test]
async fn only_that_binding_is_made_again() {
    let kit = Kit::new();
    let told = kit.told();
    let (one, other) = (bound(&kit, "1").await, bound(&kit, "2").await);
    let mut events = kit.host.events();
    kit.host.unbind(binding(other, "")).await.unwrap();
    next(&mut events).await;

    rebind(&kit, one, "3").await.unwrap();
    let event = next(&mut events).await;
    let Event::Rebound { binding, endpoints } = event else {
        panic!("{event:?}");
    };
    assert_eq!(
        (binding.actor, endpoints),
        (one, vec!["told://here".to_owned()])
    );
    assert_eq!(size(&told).as_deref(), Some("3"));
    assert!(kit.ask(one, "Echo", "").await.is_ok());
    assert_eq!(
        told.log(),
        ["bind", "bind", "unbind", "unbind", "bind", "Echo"]
    );
}

#[tokio::test]
async fn calls_wait_and_those_in_progress_finish_first() {
    let kit = Kit::new();
    let told = kit.told();
    let (actor, other) = (bound(&kit, "1").await, bound(&kit, "1").await);
    let changes = async {
        eventually(|| told.count("Wait") == 1).await;
        told.on_bind(OnBind::Wait);
        rebind(&kit, actor, "2").await
    };
    let meanwhile = async {
        eventually(|| told.count("Wait") == 1).await;
        let waiting = || kit.host.inventory().providers[0].waiting;
        let asks = kit.ask(actor, "Echo", "new");
        let lets = async {
            eventually(|| waiting() == 1).await;
            assert_eq!(told.count("unbind"), 0, "a call is in it");
            let others = kit.ask(other, "Echo", "other").await;
            assert!(others.is_ok(), "another binding goes on");
            told.gate.add_permits(1);
            eventually(|| told.count("bind") == 3).await;
            assert_eq!(waiting(), 1);
            told.gate.add_permits(1);
        };
        tokio::join!(asks, lets).0
    };
    let (held, changed, asked) = tokio::join!(kit.ask(actor, "Wait", "old"), changes, meanwhile);
    assert_eq!(
        (held.unwrap(), asked.unwrap()),
        ("old".into(), "new".into())
    );
    changed.unwrap();
}

#[tokio::test]
async fn refused_values_leave_the_old_ones() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = bound(&kit, "1").await;
    told.on_bind(OnBind::FailOnce);
    let error = rebind(&kit, actor, "2").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(text(&error).contains("its old values again"), "{error:?}");
    assert!(text(&error).contains("port"), "{error:?}");
    assert_eq!(size(&told).as_deref(), Some("1"));
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
}

#[tokio::test]
async fn a_binding_that_cannot_have_its_old_values_either_ends() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = bound(&kit, "1").await;
    told.on_bind(OnBind::Fail);
    let error = rebind(&kit, actor, "2").await.unwrap_err();
    assert!(text(&error).contains("has ended"), "{error:?}");
    assert!(kit.host.inventory().bindings.is_empty());
    let asked = kit.ask(actor, "Echo", "").await;
    assert!(asked.is_err());
    told.on_bind(OnBind::Succeed);
    kit.bind(actor).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
}

#[tokio::test]
async fn a_binding_that_does_not_exist_is_not_made() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    let error = rebind(&kit, actor, "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(told.log(), [""; 0]);
    kit.bind(actor).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok(), "it serves still");
}

#[tokio::test]
async fn a_binding_that_ends_meanwhile_stays_ended() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = bound(&kit, "1").await;
    told.on_bind(OnBind::Wait);
    let ends = async {
        eventually(|| told.count("bind") == 2).await;
        kit.host.unbind(binding(actor, "")).await.unwrap();
        told.gate.add_permits(1);
    };
    let (changed, ()) = tokio::join!(rebind(&kit, actor, "2"), ends);
    assert_eq!(changed.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(kit.host.inventory().bindings.is_empty());
    assert_eq!(told.log().last().map(String::as_str), Some("unbind"));
}

#[tokio::test]
async fn the_next_version_of_the_provider_has_the_new_values() {
    let kit = Kit::new();
    kit.told();
    let actor = bound(&kit, "1").await;
    rebind(&kit, actor, "2").await.unwrap();
    let new = Arc::new(Told::new(CONTRACT));
    let id = binding(actor, "").provider;
    let swapped = kit.host.swap_provider(id, Arc::clone(&new)).await;
    swapped.unwrap();
    assert_eq!(size(&new).as_deref(), Some("2"));
}
