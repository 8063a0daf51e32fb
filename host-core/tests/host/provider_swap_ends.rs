//! Swaps of providers that meet other changes: of bindings, actors, the provider, the host.

use crate::kit::{CONTRACT, Kit, Module, OnBind, binding, eventually, instances};
use crate::owned::Owner;
use crate::provider_swap::{id, told};
use capwire_host::{ErrorKind, ProviderSwapOptions};
use capwire_provider::Config;
use std::sync::Arc;

#[tokio::test]
async fn swaps_of_one_provider_take_turns() {
    let kit = Kit::new();
    kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    let (one, two) = (told(), told());
    let (first, second) = tokio::join!(
        kit.host.swap_provider(id(), Arc::clone(&one)),
        kit.host.swap_provider(id(), Arc::clone(&two)),
    );
    assert_eq!(first.unwrap().generation, 2);
    assert_eq!(second.unwrap().generation, 3);
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    assert_eq!(one.log(), ["bind", "unbind"]);
    assert_eq!(two.log(), ["bind", "Echo"]);
}

#[tokio::test]
async fn a_swap_is_carried_through_if_its_caller_goes_away() {
    let kit = Kit::new();
    kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    let new = told();
    new.on_bind(OnBind::Wait);
    tokio::select! {
        biased;
        _ = kit.host.swap_provider(id(), Arc::clone(&new)) => panic!("the provider waits"),
        () = eventually(|| new.count("bind") == 1) => {}
    }
    new.gate.add_permits(1);
    eventually(|| kit.host.inventory().providers[0].generation == 2).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    assert_eq!(new.count("Echo"), 1);
}

#[tokio::test]
async fn a_binding_that_ends_meanwhile_ends_in_both() {
    let kit = Kit::new();
    let (old, new) = (kit.told(), told());
    let actor = kit.bound_actor(Default::default()).await;
    new.on_bind(OnBind::Wait);
    let swap = kit.host.swap_provider(id(), Arc::clone(&new));
    let unbind = async {
        eventually(|| new.count("bind") == 1).await;
        kit.host.unbind(binding(actor, "")).await.unwrap();
        new.gate.add_permits(1);
    };
    let (swapped, ()) = tokio::join!(swap, unbind);
    assert_eq!(swapped.unwrap().bindings, 0);
    assert!(old.count("unbind") >= 1);
    assert_eq!(new.log(), ["bind", "unbind"]);
    assert!(kit.host.inventory().bindings.is_empty());
    assert!(kit.ask(actor, "Echo", "").await.is_err());
}

#[tokio::test]
async fn a_binding_that_is_made_meanwhile_is_made_with_the_new_one() {
    let kit = Kit::new();
    let (old, new) = (kit.told(), told());
    kit.bound_actor(Default::default()).await;
    let second = kit.start(&Module::new().claims(CONTRACT)).await;
    new.on_bind(OnBind::Wait);
    let swap = kit.host.swap_provider(id(), Arc::clone(&new));
    let bind = async {
        eventually(|| new.count("bind") == 1).await;
        new.on_bind(OnBind::Succeed);
        let bind = kit.host.bind(binding(second, ""), Config::default());
        let release = async {
            tokio::task::yield_now().await;
            new.gate.add_permits(1);
        };
        tokio::join!(bind, release).0
    };
    let (swapped, bound) = tokio::join!(swap, bind);
    assert_eq!(swapped.unwrap().bindings, 1);
    bound.unwrap();
    assert_eq!((old.count("bind"), new.count("bind")), (1, 2));
    assert!(kit.ask(second, "Echo", "").await.is_ok());
}

#[tokio::test]
async fn an_actor_that_stops_meanwhile_is_bound_to_neither() {
    let kit = Kit::new();
    let (old, new) = (kit.told(), told());
    let actor = kit.bound_actor(instances(2)).await;
    new.on_bind(OnBind::Wait);
    let swap = kit.host.swap_provider(id(), Arc::clone(&new));
    let stop = async {
        eventually(|| new.count("bind") == 1).await;
        kit.host.stop_actor(actor).await.unwrap();
        new.gate.add_permits(1);
    };
    let (swapped, ()) = tokio::join!(swap, stop);
    assert_eq!(swapped.unwrap().bindings, 0);
    assert!(old.count("unbind") >= 1);
    assert_eq!(new.log(), ["bind", "unbind"]);
}

#[tokio::test]
async fn a_provider_that_is_removed_meanwhile_is_gone() {
    let kit = Kit::new();
    let old = Owner::new("old");
    let new = old.successor("new").hesitating();
    let (_, id) = kit.owned(&old).await;
    let options = ProviderSwapOptions::default();
    let swap = kit
        .host
        .swap_provider_with(id.clone(), new.clone(), options);
    let remove = async {
        eventually(|| !old.is_open()).await;
        let release = async {
            tokio::task::yield_now().await;
            new.opening.add_permits(1);
        };
        tokio::join!(kit.host.remove_provider(id), release).0
    };
    let (_, removed) = tokio::join!(swap, remove);
    removed.unwrap();
    let inventory = kit.host.inventory();
    assert!(inventory.providers.is_empty() && inventory.bindings.is_empty());
    eventually(|| !old.is_open()).await;
}

#[tokio::test]
async fn a_shutdown_waits_for_the_swap_and_lets_calls_finish() {
    let kit = Kit::new();
    let old = Owner::new("old");
    let new = old.successor("new").hesitating();
    let (actor, id) = kit.owned(&old).await;
    let options = ProviderSwapOptions::default();
    let swap = kit
        .host
        .swap_provider_with(id.clone(), new.clone(), options);
    let shut = async {
        eventually(|| !old.is_open()).await;
        let release = async {
            eventually(|| kit.host.inventory().providers[0].waiting == 1).await;
            let closed = kit.host.shutdown();
            let open = async {
                tokio::task::yield_now().await;
                new.opening.add_permits(1);
            };
            tokio::join!(closed, open).0.unwrap();
        };
        tokio::join!(kit.ask(actor, "Name", ""), release).0
    };
    let (swapped, answer) = tokio::join!(swap, shut);
    assert!(swapped.is_ok(), "{swapped:?}");
    assert_eq!(answer.unwrap(), "new");
    assert!(!old.is_open());
    let again = kit.host.swap_provider(id, told()).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Closed);
}
