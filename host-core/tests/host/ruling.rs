//! A policy that is exchanged while actors run.

use crate::kit::{CONTRACT, Kit, Module, Told, binding, eventually, next, text};
use capwire_host::{AppliesTo, DeniedBy, ErrorKind, Event, Permission, PolicyRule, PolicyRules};
use capwire_provider::{ActorCall, ActorError, Config};

/// A policy by which everyone may use these capabilities and no others.
fn only(permissions: &[&str]) -> PolicyRules {
    let permissions: Vec<Permission> = permissions
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    let mut limits = PolicyRules::default();
    limits.add(
        AppliesTo::Everyone,
        PolicyRule::only("policy.yaml:1", &permissions),
    );
    limits
}

fn barring(whom: AppliesTo) -> PolicyRules {
    let mut limits = PolicyRules::default();
    limits.bar(whom);
    limits
}

#[tokio::test]
async fn the_next_call_is_judged_by_the_new_policy() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    kit.bind(actor).await;
    assert_eq!(kit.ask(actor, "Echo", "1").await.unwrap(), "1");

    kit.host.set_policy(only(&["acme:told[Other]"]));
    let mut events = kit.host.events();
    let error = kit.ask(actor, "Echo", "2").await.unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
    let Event::Denied(denial) = next(&mut events).await else {
        panic!("the denial is an event");
    };
    assert_eq!(denial.layer, DeniedBy::Policy);
    assert!(denial.to_string().contains("policy.yaml:1"), "{denial}");
    assert_eq!(kit.ask(actor, "Other", "3").await.unwrap(), "3");

    kit.host.set_policy(PolicyRules::default());
    assert_eq!(kit.ask(actor, "Echo", "4").await.unwrap(), "4");
    assert_eq!(told.log(), ["bind", "Echo", "Other", "Echo"]);
}

#[tokio::test]
async fn bindings_that_are_forbidden_end_and_nothing_comes_by_them() {
    let kit = Kit::new();
    let source = kit.add(Told::source(CONTRACT).holds_bindings(), "");
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    kit.bind(actor).await;
    let handle = source.handle();
    assert!(handle.call(ActorCall::new("echo", "hi")).await.is_ok());

    kit.host.set_policy(only(&["acme:other"]));
    // The provider has not ended it yet.
    eventually(|| source.count("unbind") == 1).await;
    let refused = handle.call(ActorCall::new("echo", "hi")).await;
    assert!(matches!(refused, Err(ActorError::Stopped)), "{refused:?}");
    source.unbind_gate.add_permits(1);
    eventually(|| kit.host.inventory().bindings.is_empty()).await;

    let bound = kit.host.bind(binding(actor, ""), Config::default()).await;
    assert_eq!(bound.unwrap_err().denial().unwrap().layer, DeniedBy::Policy);
    assert_eq!(kit.host.call(actor, "echo", "hi").await.unwrap(), "hi");
}

#[tokio::test]
async fn an_actor_that_is_barred_answers_nobody_and_is_stopped() {
    let kit = Kit::new();
    let (bad, good) = (Module::new(), Module::new());
    let (bad_id, good_id) = (kit.start(&bad).await, kit.start(&good).await);
    let mut events = kit.host.events();

    kit.host.set_policy(barring(AppliesTo::Actor(bad_id)));
    let error = kit.host.call(bad_id, "echo", "hi").await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Stopped | ErrorKind::NotFound),
        "{error:?}"
    );
    let barred = next(&mut events).await;
    assert!(matches!(barred, Event::ActorBarred { actor } if actor == bad_id));
    let stopped = next(&mut events).await;
    assert!(matches!(stopped, Event::ActorStopped { actor, .. } if actor == bad_id));
    assert_eq!(kit.host.call(good_id, "echo", "hi").await.unwrap(), "hi");

    let again = kit.actor(&bad).await;
    let error = kit.host.start_actor(again.clone()).await.unwrap_err();
    assert!(error.is_denied(), "{error:?}");
    kit.host.set_policy(PolicyRules::default());
    kit.host.start_actor(again).await.unwrap();
}

#[tokio::test]
async fn a_new_version_starts_under_the_policy_that_holds_then() {
    let kit = Kit::new();
    kit.told();
    let module = Module::new().claims(CONTRACT).revision(1);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;
    kit.host.set_policy(only(&["acme:told[Other]"]));
    let newer = module.revision(2);
    kit.swap(&newer, capwire_host::SwapOptions::default())
        .await
        .unwrap();
    assert!(kit.ask(actor, "Echo", "hi").await.is_err());
    assert_eq!(kit.ask(actor, "Other", "hi").await.unwrap(), "hi");
}
