//! A broken provider is opened again, and calls learn when to try again.

use crate::kit::{CONTRACT, Kit, Module, Told, binding, eventually, instances, next, text};
use crate::owned::Owner;
use crate::provider_swap::{id, told};
use bytes::Bytes;
use capwire_contracts::core::{CapabilityDescriptor, Operation};
use capwire_engine_fake::{Fake, standard};
use capwire_host::{
    BindingKey, BindingName, ContractId, ErrorKind, Event, HostOptions, ManualClock,
    ProviderOptions, ProviderState, ProviderSwapOptions,
};
use capwire_provider::{
    ActorCall, ActorError, Binding, BindingId, Bound, Call, HandOver, Health, Provider,
    ProviderError, async_trait,
};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The contract of a provider that calls actors.
const SOURCE: &str = "acme:source";

const SECOND: Duration = Duration::from_secs(1);

fn kit() -> (Kit, ManualClock) {
    let clock = ManualClock::at(Duration::from_secs(crate::kit::SIGNED_AT.0));
    let providers = ProviderOptions::default()
        .with_pauses(SECOND, SECOND * 60)
        .with_unanswered(NonZeroU32::new(3).unwrap());
    let options = HostOptions::default().with_providers(providers);
    let kit = Kit::with(Fake::new(), |builder| {
        builder.clock(clock.clone()).options(options)
    });
    (kit, clock)
}

fn state(kit: &Kit) -> ProviderState {
    kit.host.inventory().providers[0].state.clone()
}

fn restarts(kit: &Kit) -> u64 {
    kit.host.inventory().providers[0].restarts
}

#[tokio::test]
async fn it_is_opened_again_with_its_bindings_and_calls_meanwhile_learn_when_to_return() {
    let (kit, clock) = kit();
    let owner = Owner::new("one");
    let (actor, _) = kit.owned(&owner).await;
    let mut events = kit.host.events();
    owner.breaks("the file is gone");
    eventually(|| state(&kit).name() == "broken").await;
    let reason = "the file is gone".into();
    assert_eq!(state(&kit), ProviderState::Broken { reason });

    let error = kit.ask(actor, "Name", "").await.unwrap_err();
    assert!(text(&error).contains("try again later"), "{error:?}");
    assert!(!text(&error).contains("file"), "no actor sees the reason");
    assert!(error.retry_after().unwrap() <= SECOND, "{error:?}");
    assert!(!error.retryable(), "the actor may have done something");
    eventually(|| !owner.is_open()).await;
    clock.advance(SECOND);
    eventually(|| restarts(&kit) == 1).await;
    assert_eq!(kit.ask(actor, "Name", "").await.unwrap(), "one");
    assert_eq!((state(&kit), owner.opened()), (ProviderState::Serving, 2));
    let broken = next(&mut events).await;
    assert!(matches!(broken, Event::ProviderBroken { .. }), "{broken:?}");
    let again = next(&mut events).await;
    assert!(
        matches!(again, Event::ProviderRestarted { restarts: 1, .. }),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_provider_that_calls_the_actor_learns_when_to_return() {
    let (kit, _) = kit();
    let source = kit.add(Told::source(SOURCE), "");
    let owner = Owner::new("one");
    let name = BindingName::default();
    kit.host
        .open_provider(name.clone(), owner.clone())
        .await
        .unwrap();
    let module = Module::new().claims(CONTRACT).claims(SOURCE);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;
    let key = BindingKey::new(actor, ContractId::new(SOURCE).unwrap(), name);
    kit.host.bind(key, Default::default()).await.unwrap();
    owner.breaks("gone");
    eventually(|| !owner.is_open()).await;

    let call = standard::host_call("", CONTRACT, "Name", b"");
    let called = source.handle().call(ActorCall::new("call", call)).await;
    let Err(ActorError::Unavailable { retry_after }) = called else {
        panic!("{called:?}");
    };
    assert!(retry_after <= SECOND);
}

#[tokio::test]
async fn pauses_double_with_each_failure_in_a_row() {
    let (kit, clock) = kit();
    let owner = Owner::new("one");
    let (actor, _) = kit.owned(&owner).await;
    owner.failures.store(9, Ordering::SeqCst);
    let mut events = kit.host.events();
    owner.breaks("gone");
    let mut longest = SECOND;
    for _ in 0..10 {
        let Event::ProviderBroken { retry_after, .. } = next(&mut events).await else {
            panic!("it is broken");
        };
        let range = longest / 2..=longest;
        assert!(
            range.contains(&retry_after),
            "{retry_after:?} of {longest:?}"
        );
        clock.advance(retry_after);
        longest = (longest * 2).min(SECOND * 60);
    }
    eventually(|| restarts(&kit) == 1).await;
    assert!(kit.ask(actor, "Name", "").await.is_ok());

    clock.advance(SECOND * 61);
    owner.breaks("gone again");
    let restarted = next(&mut events).await;
    assert!(
        matches!(restarted, Event::ProviderRestarted { .. }),
        "{restarted:?}"
    );
    let Event::ProviderBroken { retry_after, .. } = next(&mut events).await else {
        panic!("it is broken");
    };
    assert!(retry_after <= SECOND, "it had worked: {retry_after:?}");
}

#[tokio::test]
async fn one_that_answers_no_call_counts_as_broken() {
    let (kit, clock) = kit();
    let told = kit.told();
    let actor = kit.bound_actor(instances(4)).await;
    let hang = async |calls: usize| {
        let waiting = told.count("Wait") + calls;
        let all = (0..calls).map(|_| kit.ask(actor, "Wait", ""));
        let time = async {
            eventually(|| told.count("Wait") == waiting).await;
            clock.advance(SECOND * 30);
        };
        let all = futures_util::future::join_all(all);
        for late in tokio::join!(all, time).0 {
            assert!(late.unwrap_err().is_timeout());
        }
    };
    hang(2).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    hang(2).await;
    assert_eq!(
        state(&kit),
        ProviderState::Serving,
        "it answered in between"
    );
    hang(1).await;
    eventually(|| state(&kit).name() == "broken").await;
    let ProviderState::Broken { reason } = state(&kit) else {
        panic!("it is broken");
    };
    assert!(reason.contains("3 calls in a row"), "{reason}");
    eventually(|| told.count("unbind") == 1).await;
    clock.advance(SECOND);
    eventually(|| restarts(&kit) == 1).await;
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    assert_eq!(told.count("bind"), 2, "the same provider is bound again");
}

#[tokio::test]
async fn an_actor_with_little_patience_proves_nothing() {
    let (kit, clock) = kit();
    let told = kit.told();
    let options = instances(4).with_deadline(SECOND / 2);
    let actor = kit.bound_actor(options).await;
    for waiting in 1..=5 {
        let time = async {
            eventually(|| told.count("Wait") == waiting).await;
            clock.advance(SECOND / 2);
        };
        let (late, ()) = tokio::join!(kit.ask(actor, "Wait", ""), time);
        assert!(late.unwrap_err().is_timeout());
    }
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    assert_eq!(state(&kit), ProviderState::Serving);
}

#[tokio::test]
async fn calls_in_it_end_and_its_handle_reaches_nobody() {
    let (kit, clock) = kit();
    let told = kit.told();
    let actor = kit.bound_actor(instances(2)).await;
    let handle = told.handle();
    let breaks = async {
        eventually(|| told.count("Wait") == 1).await;
        told.health.broken("gone");
    };
    let (held, ()) = tokio::join!(kit.ask(actor, "Wait", ""), breaks);
    assert!(text(&held.unwrap_err()).contains("try again later"));
    eventually(|| told.count("unbind") == 1).await;
    eventually(|| told.count("unbind") == 1 && state(&kit).name() == "broken").await;
    clock.advance(SECOND);
    eventually(|| restarts(&kit) == 1).await;
    let called = handle.call(ActorCall::new("echo", "")).await;
    assert_eq!(called, Err(ActorError::Stopped));
    assert!(told.handle().call(ActorCall::new("echo", "")).await.is_ok());
}

#[tokio::test]
async fn another_one_can_take_its_place_at_once_and_for_good() {
    let (kit, clock) = kit();
    let old = kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    old.health.broken("gone");
    eventually(|| old.count("unbind") == 1).await;
    let fails = told();
    fails.on_bind(crate::kit::OnBind::Fail);
    let failed = kit.host.swap_provider(id(), fails).await.unwrap_err();
    assert!(text(&failed).contains("old one is broken"), "{failed:?}");

    let new = told();
    let swapped = kit.host.swap_provider(id(), Arc::clone(&new)).await;
    let report = swapped.unwrap();
    assert_eq!((report.generation, report.bindings), (2, 1));
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
    clock.advance(SECOND * 60);
    tokio::task::yield_now().await;
    assert_eq!((old.count("bind"), new.count("Echo")), (1, 1));
}

#[tokio::test]
async fn a_removed_or_unbound_one_is_not_opened_again() {
    let (kit, clock) = kit();
    let owner = Owner::new("one");
    let (actor, provider) = kit.owned(&owner).await;
    owner.breaks("gone");
    eventually(|| !owner.is_open()).await;
    let added = kit.start(&Module::new().claims(CONTRACT)).await;
    let bound = kit.host.bind(binding(added, ""), Default::default()).await;
    let error = bound.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(
        error.retryable() && error.retry_after().is_some(),
        "{error:?}"
    );
    kit.host.unbind(binding(actor, "")).await.unwrap();
    kit.host.remove_provider(provider.clone()).await.unwrap();
    clock.advance(SECOND * 60);
    tokio::task::yield_now().await;
    assert_eq!(owner.opened(), 1);

    let options = ProviderSwapOptions::default();
    let swapped = kit.host.swap_provider_with(provider, owner, options).await;
    assert_eq!(swapped.unwrap_err().kind(), ErrorKind::NotFound);
}

/// A provider that panics when the host asks for anything but a call.
struct Nervous;

#[async_trait]
impl Provider for Nervous {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, "nervous", &[Operation::to_provider("Echo", "")])
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        Ok(Bytes::copy_from_slice(call.payload))
    }

    fn hand_over(&self) -> HandOver {
        panic!("told to panic")
    }

    fn health(&self) -> Option<Health> {
        panic!("told to panic")
    }
}

#[tokio::test]
async fn one_that_panics_when_asked_about_itself_serves_all_the_same() {
    let (kit, _) = kit();
    kit.told();
    let actor = kit.bound_actor(Default::default()).await;
    let nervous = crate::owned::Ready(Arc::new(Nervous));
    let options = ProviderSwapOptions::default();
    let swapped = kit.host.swap_provider_with(id(), nervous, options).await;
    assert_eq!(swapped.unwrap().generation, 2);
    assert_eq!(kit.ask(actor, "Echo", "hi").await.unwrap(), "hi");
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_broken_one() {
    let (kit, clock) = kit();
    let owner = Owner::new("one");
    kit.owned(&owner).await;
    owner.breaks("gone");
    eventually(|| !owner.is_open()).await;
    kit.host.shutdown().await.unwrap();
    clock.advance(SECOND * 60);
    tokio::task::yield_now().await;
    assert_eq!(owner.opened(), 1);
}
