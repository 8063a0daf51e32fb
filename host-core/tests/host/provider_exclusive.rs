//! A provider is replaced by one that cannot be open at the same time: calls wait.

use crate::kit::{Kit, eventually, text};
use crate::owned::Owner;
use capwire_engine_fake::Fake;
use capwire_host::{ErrorKind, HostOptions, ManualClock, ProviderOptions, ProviderSwapOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn with(providers: ProviderOptions) -> (Kit, ManualClock) {
    let clock = ManualClock::at(Duration::from_secs(crate::kit::SIGNED_AT.0));
    let options = HostOptions::default().with_providers(providers);
    let kit = Kit::with(Fake::new(), |builder| {
        builder.clock(clock.clone()).options(options)
    });
    (kit, clock)
}

#[tokio::test]
async fn calls_wait_for_the_new_one_and_none_is_lost() {
    let kit = Kit::new();
    let old = Owner::new("old");
    let new = old.successor("new").hesitating();
    let (actor, id) = kit.owned(&old).await;
    let waiting = || kit.host.inventory().providers[0].waiting;
    let ask = |operation| kit.ask(actor, operation, "");

    let swap = async {
        eventually(|| kit.host.inventory().actors[0].pool.busy == 1).await;
        let options = ProviderSwapOptions::default();
        let swapped = kit.host.swap_provider_with(id, new.clone(), options);
        let others = async {
            eventually(|| kit.host.inventory().providers[0].state.name() == "changing").await;
            let release = async {
                eventually(|| waiting() == 2).await;
                assert!(old.is_open(), "a call is in it");
                old.gate.add_permits(1);
                eventually(|| !old.is_open()).await;
                new.opening.add_permits(1);
            };
            tokio::join!(ask("Name"), ask("Name"), release)
        };
        tokio::join!(swapped, others)
    };
    let (held, (report, (one, two, ()))) = tokio::join!(ask("Wait"), swap);

    assert_eq!(held.unwrap(), "old");
    assert_eq!((one.unwrap(), two.unwrap()), ("new".into(), "new".into()));
    let report = report.unwrap();
    assert_eq!((report.old.served, report.queued), (1, 2), "{report:?}");
    assert_eq!((report.refused, report.dropped()), (0, 0), "{report:?}");
    assert_eq!((waiting(), old.opened()), (0, 2));
}

#[tokio::test]
async fn if_the_new_one_does_not_open_the_old_one_serves_those_who_wait() {
    let kit = Kit::new();
    let old = Owner::new("old");
    let new = old.successor("new").hesitating().failing(1);
    let (actor, id) = kit.owned(&old).await;
    let options = ProviderSwapOptions::default();
    let swap = kit.host.swap_provider_with(id, new.clone(), options);
    let others = async {
        eventually(|| !old.is_open()).await;
        let release = async {
            eventually(|| kit.host.inventory().providers[0].waiting == 1).await;
            new.opening.add_permits(1);
        };
        tokio::join!(kit.ask(actor, "Name", ""), release).0
    };
    let (swapped, answer) = tokio::join!(swap, others);

    let error = swapped.unwrap_err();
    assert!(
        text(&error).contains("old one was opened again"),
        "{error:?}"
    );
    assert!(text(&error).contains("told to fail"), "{error:?}");
    assert_eq!(answer.unwrap(), "old");
    let provider = &kit.host.inventory().providers[0];
    assert_eq!((provider.generation, provider.state.name()), (1, "serving"));
    assert_eq!(provider.restarts, 0);
}

#[tokio::test]
async fn if_neither_opens_calls_learn_when_to_try_again_and_the_old_one_comes_back() {
    let (kit, clock) = with(ProviderOptions::default());
    let old = Owner::new("old");
    let new = old.successor("new").failing(1);
    let (actor, id) = kit.owned(&old).await;
    old.failures.store(1, Ordering::SeqCst);
    let options = ProviderSwapOptions::default();
    let swapped = kit.host.swap_provider_with(id.clone(), new, options).await;
    let error = swapped.unwrap_err();
    assert!(text(&error).contains("old one is broken, too"), "{error:?}");

    let refused = kit.ask(actor, "Name", "").await.unwrap_err();
    assert!(text(&refused).contains("try again later"), "{refused:?}");
    let bound = kit
        .host
        .bind(crate::kit::binding(actor, ""), Default::default());
    assert_eq!(bound.await.unwrap_err().kind(), ErrorKind::AlreadyExists);
    clock.advance(Duration::from_secs(1));
    eventually(|| kit.host.inventory().providers[0].restarts == 1).await;
    assert_eq!(kit.ask(actor, "Name", "").await.unwrap(), "old");
}

#[tokio::test]
async fn the_calls_that_wait_are_bounded_in_number_and_time() {
    let limits = ProviderOptions::default().with_queue(1);
    let limits = limits.with_hold(Duration::from_secs(2));
    let (kit, clock) = with(limits);
    let old = Owner::new("old");
    let new = old.successor("new").hesitating();
    let (actor, id) = kit.owned(&old).await;
    let options = ProviderSwapOptions::default();
    let swap = kit.host.swap_provider_with(id, new.clone(), options);
    let others = async {
        eventually(|| !old.is_open()).await;
        let more = async {
            eventually(|| kit.host.inventory().providers[0].waiting == 1).await;
            let full = kit.ask(actor, "Name", "").await.unwrap_err();
            assert!(text(&full).contains("try again later"), "{full:?}");
            clock.advance(Duration::from_secs(2));
        };
        let late = tokio::join!(kit.ask(actor, "Name", ""), more).0;
        assert!(text(&late.unwrap_err()).contains("try again later"));
        new.opening.add_permits(1);
    };
    let (report, ()) = tokio::join!(swap, others);
    let report = report.unwrap();
    assert_eq!((report.queued, report.refused), (1, 2), "{report:?}");
    assert_eq!(kit.ask(actor, "Name", "").await.unwrap(), "new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_25_swaps_under_load_no_call_is_lost_or_served_twice() {
    let kit = Arc::new(Kit::new());
    let mut owner = Owner::new("first");
    let (actor, id) = kit.owned(&owner).await;
    let over = Arc::new(AtomicBool::new(false));
    let client = || {
        let (kit, over) = (Arc::clone(&kit), Arc::clone(&over));
        tokio::spawn(async move {
            let mut asked = 0;
            while !over.load(Ordering::SeqCst) {
                kit.ask(actor, "Count", "").await.unwrap();
                asked += 1;
            }
            asked
        })
    };
    const CLIENTS: usize = 8;
    let clients: Vec<_> = std::iter::repeat_with(client).take(CLIENTS).collect();
    for _ in 0..25 {
        owner = owner.successor("next");
        let before = owner.count();
        let options = ProviderSwapOptions::default();
        let swapped = kit
            .host
            .swap_provider_with(id.clone(), owner.clone(), options);
        let report = swapped.await.unwrap();
        assert_eq!((report.dropped(), report.refused), (0, 0), "{report:?}");
        assert_eq!((report.old.failed, report.new.failed), (0, 0), "{report:?}");
        // A call in progress at the begin may have been counted before.
        let counted = (owner.count() - before + CLIENTS) as u64;
        assert!(
            report.old.served + report.new.served <= counted,
            "{report:?}"
        );
    }
    over.store(true, Ordering::SeqCst);
    let mut asked = 0;
    for client in clients {
        asked += client.await.unwrap();
    }
    assert_eq!(owner.count(), asked);
    assert_eq!(owner.opened(), 26);
}
