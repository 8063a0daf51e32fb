//! Bindings are made whole or not at all.

use crate::kit::{CONTRACT, Kit, Module, OnBind, Told, binding, eventually, instances, text};
use capwire_engine_fake::{Fake, standard};
use capwire_host::{ErrorKind, Event, HostOptions};
use capwire_provider::{ActorCall, ActorError, Config};
use std::time::Duration;

#[tokio::test]
async fn no_name_means_the_default_binding() {
    let kit = Kit::new();
    kit.told();
    let actor = kit.bound_actor(Default::default()).await;

    for name in ["", " ", "default"] {
        let call = standard::host_call(name, CONTRACT, "Echo", b"hi");
        assert_eq!(kit.host.call(actor, "call", call).await.unwrap(), "hi");
    }
}

#[tokio::test]
async fn each_name_leads_to_its_own_provider() {
    let kit = Kit::new();
    let one = kit.add(Told::new(CONTRACT), "one");
    let two = kit.add(Told::new(CONTRACT), "two");
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    for name in ["one", "two"] {
        let key = binding(actor, name);
        kit.host.bind(key, Config::default()).await.unwrap();
    }

    let call = standard::host_call("two", CONTRACT, "Echo", b"hi");
    kit.host.call(actor, "call", call).await.unwrap();
    assert_eq!((one.count("Echo"), two.count("Echo")), (0, 1));
    kit.host.unbind(binding(actor, "two")).await.unwrap();
    assert_eq!(kit.host.inventory().bindings[0].key, binding(actor, "one"));
}

#[tokio::test]
async fn a_claim_without_a_binding_is_not_enough() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;

    let error = kit.ask(actor, "Echo", "").await.unwrap_err();
    assert!(text(&error).contains("not bound to acme:told"), "{error:?}");
    assert_eq!(told.log(), Vec::<String>::new());
}

#[tokio::test]
async fn both_ends_of_a_binding_must_be_there() {
    let kit = Kit::new();
    let module = Module::new().claims(CONTRACT);
    let key = binding(module.id(), "");
    let without_actor = kit.host.bind(key.clone(), Config::default()).await;
    assert_eq!(without_actor.unwrap_err().kind(), ErrorKind::NotFound);

    kit.start(&module).await;
    let without_provider = kit.host.bind(key, Config::default()).await;
    let error = without_provider.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains(CONTRACT), "{error}");
}

#[tokio::test]
async fn a_binding_tells_where_it_listens() {
    let kit = Kit::new();
    kit.told();
    let mut events = kit.host.events();
    let actor = kit.bound_actor(Default::default()).await;

    let info = kit.host.inventory().bindings;
    assert_eq!(info[0].key, binding(actor, ""));
    assert_eq!(info[0].endpoints, ["told://here"]);
    loop {
        if let Event::Bound { endpoints, .. } = events.next().await.unwrap() {
            assert_eq!(endpoints, ["told://here"]);
            break;
        }
    }
}

#[tokio::test]
async fn a_binding_that_is_there_is_not_made_again() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(Default::default()).await;

    let again = kit.host.bind(binding(actor, ""), Config::default()).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(told.count("bind"), 1);
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
}

#[tokio::test]
async fn a_failed_binding_leaves_nothing_and_can_be_made_later() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    for (what, kind) in [
        (OnBind::Fail, ErrorKind::Invalid),
        (OnBind::Panic, ErrorKind::Provider),
    ] {
        told.on_bind(what);
        let bound = kit.host.bind(binding(actor, ""), Config::default()).await;
        assert_eq!(bound.unwrap_err().kind(), kind);
        assert!(kit.host.inventory().bindings.is_empty());
        assert!(kit.ask(actor, "Echo", "").await.is_err());
    }

    told.on_bind(OnBind::Succeed);
    kit.bind(actor).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
}

#[tokio::test]
async fn a_provider_that_never_binds_is_given_up() {
    let mut options = HostOptions::default();
    options.bind = Duration::from_millis(1);
    let kit = Kit::with(Fake::new(), |builder| builder.options(options));
    let told = kit.told();
    told.on_bind(OnBind::Wait);
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;

    let bound = kit.host.bind(binding(actor, ""), Config::default()).await;
    assert!(bound.unwrap_err().is_timeout());
    assert_eq!(told.log(), ["bind", "unbind"]);
    assert!(kit.host.inventory().bindings.is_empty());
}

#[tokio::test]
async fn a_binding_is_carried_through_if_its_caller_goes_away() {
    let kit = Kit::new();
    let told = kit.told();
    told.on_bind(OnBind::Wait);
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    let bind = kit.host.bind(binding(actor, ""), Config::default());
    tokio::select! {
        biased;
        _ = bind => panic!("the provider waits"),
        () = eventually(|| told.count("bind") == 1) => {}
    }

    told.gate.add_permits(1);
    eventually(|| !kit.host.inventory().bindings.is_empty()).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
}

#[tokio::test]
async fn an_actor_that_stops_while_it_is_bound_stays_unbound() {
    let kit = Kit::new();
    let told = kit.told();
    told.on_bind(OnBind::Wait);
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    let bind = kit.host.bind(binding(actor, ""), Config::default());
    let stop = async {
        eventually(|| told.count("bind") == 1).await;
        kit.host.stop_actor(actor).await.unwrap();
        told.gate.add_permits(1);
    };

    let (bound, ()) = tokio::join!(bind, stop);
    assert_eq!(bound.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(told.log(), ["bind", "unbind"]);
    assert!(kit.host.inventory().bindings.is_empty());
}

#[tokio::test]
async fn a_provider_learns_whom_it_serves_from_the_host_alone() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    let forged = Config::from_iter([("__wascc_issuer", "me")]);
    let error = kit.host.bind(binding(actor, ""), forged).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("__wascc_issuer"), "{error}");

    let config = Config::from_iter([("PORT", "1")]);
    kit.host.bind(binding(actor, ""), config).await.unwrap();
    let seen = told.config();
    assert_eq!(seen.get("PORT"), Some("1"));
    assert_eq!(seen.get("__wascc_capabilities"), Some(CONTRACT));
    assert_eq!(seen.get("__wascc_name"), Some("tester"));
    assert_eq!(seen.get("__wascc_expires"), Some("0"));
}

#[tokio::test]
async fn what_is_unbound_reaches_nobody_in_either_direction() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    let handle = told.handle();
    assert_eq!(
        handle.call(ActorCall::new("echo", "hi")).await.unwrap(),
        "hi"
    );
    kit.host.unbind(binding(actor, "")).await.unwrap();

    assert!(kit.ask(actor, "Echo", "").await.is_err());
    let called = handle.call(ActorCall::new("echo", "hi")).await;
    assert_eq!(called, Err(ActorError::Stopped));
    let again = kit.host.unbind(binding(actor, "")).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_removed_provider_leaves_no_bindings() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    let id = kit.host.inventory().providers[0].id.clone();
    kit.host.remove_provider(id.clone()).await.unwrap();

    assert_eq!(told.count("unbind"), 1);
    let inventory = kit.host.inventory();
    assert!(inventory.providers.is_empty() && inventory.bindings.is_empty());
    assert!(kit.ask(actor, "Echo", "").await.is_err());
    let again = kit.host.remove_provider(id).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::NotFound);
    kit.told();
    kit.bind(actor).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
}

#[tokio::test]
async fn a_panic_in_a_provider_is_an_error_of_that_call() {
    let kit = Kit::new();
    kit.told();
    let actor = kit.bound_actor(instances(1)).await;

    let error = kit.ask(actor, "Panic", "").await.unwrap_err();
    assert!(text(&error).contains("the provider failed"), "{error:?}");
    assert_eq!(kit.ask(actor, "Echo", "next").await.unwrap(), "next");
}

#[tokio::test]
async fn a_providers_refusal_reaches_the_guest() {
    let kit = Kit::new();
    kit.told();
    let actor = kit.bound_actor(Default::default()).await;

    let error = kit.ask(actor, "Fail", "not today").await.unwrap_err();
    assert!(text(&error).contains("not today"), "{error:?}");
}
