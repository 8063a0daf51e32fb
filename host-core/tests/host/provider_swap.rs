//! A provider is replaced while actors use it, and both can be open at the same time.

use crate::kit::{CONTRACT, Kit, Module, OnBind, Told, binding, eventually, instances, next, text};
use crate::owned::Owner;
use capwire_contracts::core::Operation;
use capwire_engine_fake::Fake;
use capwire_host::{
    BindingName, ContractId, ErrorKind, Event, HostOptions, ManualClock, ProviderId,
    ProviderSwapOptions,
};
use capwire_provider::{ActorCall, ActorError, Config};
use std::sync::Arc;
use std::time::Duration;

/// The provider of [`CONTRACT`].
pub(crate) fn id() -> ProviderId {
    ProviderId {
        contract: ContractId::new(CONTRACT).unwrap(),
        name: BindingName::default(),
    }
}

/// A provider of [`CONTRACT`] that is not in the host yet.
pub(crate) fn told() -> Arc<Told> {
    Arc::new(Told::new(CONTRACT))
}

#[tokio::test]
async fn new_calls_go_to_the_new_one_and_the_old_one_is_unbound() {
    let kit = Kit::new();
    let (old, new) = (kit.told(), told());
    let actor = kit.bound_actor(Default::default()).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok());

    let mut events = kit.host.events();
    let swapped = kit.host.swap_provider(id(), Arc::clone(&new)).await;
    let report = swapped.unwrap();
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    assert_eq!(old.log(), ["bind", "Echo", "unbind"]);
    assert_eq!(new.log(), ["bind", "Echo"]);
    assert_eq!((report.generation, report.bindings), (2, 1));
    assert_eq!((report.old.total(), report.queued), (0, 0), "{report:?}");
    let swapped = next(&mut events).await;
    assert!(
        matches!(swapped, Event::ProviderSwapped { .. }),
        "{swapped:?}"
    );
    assert_eq!(kit.host.inventory().providers[0].generation, 2);
    assert_eq!(Arc::strong_count(&old), 1, "the host keeps nothing of it");
}

#[tokio::test]
async fn calls_in_progress_finish_in_the_old_one_while_the_new_one_serves() {
    let kit = Kit::new();
    let (old, new) = (kit.told(), told());
    let actor = kit.bound_actor(instances(4)).await;
    let swap = async {
        eventually(|| old.count("Wait") == 1).await;
        kit.host.swap_provider(id(), Arc::clone(&new)).await
    };
    let others = async {
        eventually(|| new.count("bind") == 1).await;
        eventually(|| kit.host.inventory().providers[0].generation == 2).await;
        let answer = kit.ask(actor, "Echo", "new").await;
        assert_eq!(old.count("unbind"), 0, "a call is in it");
        old.gate.add_permits(1);
        answer
    };
    let (held, report, answer) = tokio::join!(kit.ask(actor, "Wait", "old"), swap, others);

    assert_eq!(
        (held.unwrap(), answer.unwrap()),
        ("old".into(), "new".into())
    );
    let report = report.unwrap();
    assert_eq!((report.old.served, report.new.served), (1, 1), "{report:?}");
    assert_eq!(report.dropped(), 0);
    assert_eq!(new.log(), ["bind", "Echo"]);
}

#[tokio::test]
async fn values_and_claims_are_those_of_before_unless_the_swap_brings_others() {
    let kit = Kit::new();
    kit.told();
    let actor = kit.start(&Module::new().claims(CONTRACT)).await;
    let config = Config::from_iter([("PORT", "1")]);
    let key = binding(actor, "");
    kit.host.bind(key.clone(), config).await.unwrap();

    let same = told();
    let swapped = kit.host.swap_provider(id(), Arc::clone(&same)).await;
    swapped.unwrap();
    assert_eq!(same.config().get("PORT"), Some("1"));
    assert_eq!(same.config().get("__wascc_name"), Some("tester"));

    let owner = Owner::new("other");
    let options =
        ProviderSwapOptions::default().with_values(key.clone(), Config::from_iter([("PORT", "2")]));
    let swapped = kit.host.swap_provider_with(id(), owner, options).await;
    assert_eq!(
        swapped.unwrap_err().kind(),
        ErrorKind::Invalid,
        "it lacks Echo"
    );

    let (other, last) = (told(), told());
    let options =
        ProviderSwapOptions::default().with_values(key, Config::from_iter([("PORT", "2")]));
    let ready = crate::owned::Ready(Arc::clone(&other));
    let swapped = kit.host.swap_provider_with(id(), ready, options).await;
    swapped.unwrap();
    assert_eq!(other.config().get("PORT"), Some("2"));
    let swapped = kit.host.swap_provider(id(), Arc::clone(&last)).await;
    swapped.unwrap();
    assert_eq!(last.config().get("PORT"), Some("2"), "the new values stay");
}

#[tokio::test]
async fn a_provider_that_does_not_fit_changes_nothing() {
    let kit = Kit::new();
    let old = kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    let mut events = kit.host.events();

    let other = kit.host.swap_provider(id(), Told::new("acme:other")).await;
    let other = other.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Invalid);
    assert!(text(&other).contains("acme:other"), "{other:?}");
    let lacks = const { &[Operation::to_provider("Reverse", "")] };
    let lacks = kit.host.swap_provider(id(), Told::serving(lacks)).await;
    let lacks = lacks.unwrap_err();
    assert!(text(&lacks).contains("operations echo"), "{lacks:?}");
    let declares = kit
        .host
        .swap_provider(id(), Told::declaring(CONTRACT))
        .await;
    let declares = declares.unwrap_err();
    assert!(text(&declares).contains("other resources"), "{declares:?}");
    for (what, kind) in [
        (OnBind::Fail, ErrorKind::Invalid),
        (OnBind::Panic, ErrorKind::Provider),
    ] {
        let fails = told();
        fails.on_bind(what);
        let swapped = kit.host.swap_provider(id(), Arc::clone(&fails)).await;
        let error = swapped.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(text(&error).contains("old one still serves"), "{error:?}");
        assert_eq!(fails.log(), ["bind", "unbind"]);
    }

    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    assert_eq!(old.log(), ["bind", "Echo"]);
    assert_eq!(kit.host.inventory().providers[0].generation, 1);
    for _ in 0..5 {
        let event = next(&mut events).await;
        assert!(
            matches!(event, Event::ProviderSwapRefused { .. }),
            "{event:?}"
        );
    }
}

#[tokio::test]
async fn a_new_one_that_never_binds_is_given_up() {
    let options = HostOptions::default().with_bind(Duration::from_millis(1));
    let kit = Kit::with(Fake::new(), |builder| builder.options(options));
    let old = kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    let new = told();
    new.on_bind(OnBind::Wait);
    let swapped = kit.host.swap_provider(id(), Arc::clone(&new)).await;
    assert!(swapped.unwrap_err().is_timeout());
    assert_eq!(new.log(), ["bind", "unbind"]);
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    assert_eq!(old.count("Echo"), 1);
}

#[tokio::test]
async fn a_call_that_exceeds_the_drain_time_is_stopped_and_reported_as_dropped() {
    let clock = ManualClock::at(Duration::from_secs(crate::kit::SIGNED_AT.0));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let old = kit.told();
    let actor = kit.bound_actor(instances(4)).await;
    let second = Duration::from_secs(1);
    let swap = async {
        eventually(|| old.count("Wait") == 1).await;
        let options = ProviderSwapOptions::default().with_drain(second);
        let new = crate::owned::Ready(told());
        kit.host.swap_provider_with(id(), new, options).await
    };
    let time = async {
        eventually(|| kit.host.inventory().providers[0].generation == 2).await;
        clock.advance(second);
    };
    let (held, report, ()) = tokio::join!(kit.ask(actor, "Wait", ""), swap, time);

    let error = held.unwrap_err();
    assert!(
        text(&error).contains("provider is unavailable"),
        "{error:?}"
    );
    let report = report.unwrap();
    assert_eq!(report.dropped(), 1, "{report:?}");
    assert_eq!(report.old.total(), 1, "{report:?}");
    assert_eq!(old.log(), ["bind", "Wait", "unbind"]);
}

#[tokio::test]
async fn calls_of_the_provider_are_counted_and_the_old_one_reaches_nobody_after_it() {
    let kit = Kit::new();
    let old = kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    let (handle, again) = (old.handle(), told());
    let old = async {
        let called = handle.call(ActorCall::new("echo", "hi")).await;
        called.unwrap();
    };
    old.await;
    let swapped = kit.host.swap_provider(id(), Arc::clone(&again)).await;
    assert_eq!(swapped.unwrap().old.total(), 0, "it ended before");

    let called = handle.call(ActorCall::new("echo", "hi")).await;
    assert_eq!(called, Err(ActorError::Stopped));
    let called = again.handle().call(ActorCall::new("echo", "hi")).await;
    assert_eq!(called.unwrap(), "hi");
    assert!(kit.ask(actor, "Back", "hi").await.is_ok());
}
