//! Swaps that meet other ends: of calls, of the actor, of claims, of whoever asked.

use crate::kit::{CONTRACT, Kit, Module, SIGNED_AT, eventually, instances, next};
use capwire_engine_fake::{Fake, Script};
use capwire_host::{ErrorKind, Event, ManualClock, SwapOptions};
use std::time::Duration;

/// A script that asks [`CONTRACT`] to `Wait` in its health check.
fn waits() -> Script {
    Script::new(|guest, _| async move { guest.host_call("", CONTRACT, "Wait", b"").await })
}

fn with_health_check() -> SwapOptions {
    let mut options = SwapOptions::default();
    options.health_check = true;
    options
}

#[tokio::test]
async fn the_report_says_which_calls_were_dropped_failed_or_given_up() {
    let clock = ManualClock::at(Duration::from_secs(SIGNED_AT.0));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let told = kit.told();
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start_with(&module, instances(4)).await;
    kit.bind(actor).await;
    let mut options = SwapOptions::default();
    options.drain = Some(Duration::from_secs(1));

    let dropped = kit.ask(actor, "Wait", "too long");
    let swap = async {
        eventually(|| told.count("Wait") == 2).await;
        kit.swap(&module.revision(1), options).await.unwrap()
    };
    let others = async {
        let swapped = || kit.host.inventory().actors[0].generation == 2;
        tokio::select! {
            biased;
            _ = kit.ask(actor, "Wait", "for nobody") => panic!("it waits"),
            () = eventually(swapped) => {}
        }
        let failed = kit.host.call(actor, "fail", "on purpose").await;
        clock.advance(Duration::from_secs(1));
        failed
    };
    let (dropped, report, failed) = tokio::join!(dropped, swap, others);

    assert_eq!(dropped.unwrap_err().kind(), ErrorKind::Stopped);
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Actor);
    assert_eq!(report.dropped(), 1, "{report:?}");
    assert_eq!(report.old.abandoned, 1, "{report:?}");
    assert_eq!(
        (report.old.total(), report.new.failed),
        (2, 1),
        "{report:?}"
    );
    assert_eq!(kit.host.inventory().actors[0].calls.dropped, 1);
    eventually(|| kit.fake.live_instances() == 1).await;
}

#[tokio::test]
async fn swaps_of_one_actor_take_turns() {
    let kit = Kit::new();
    let module = Module::new();
    let actor = kit.start(&module).await;
    let module = module.revision(1);
    let first = kit.actor(&module).await;
    let second = kit.actor(&module.revision(2)).await;
    let (first, second) = tokio::join!(
        kit.host.swap_actor(first, SwapOptions::default()),
        kit.host.swap_actor(second, SwapOptions::default()),
    );
    assert_eq!(first.unwrap().generation, 2);
    assert_eq!(second.unwrap().generation, 3);
    assert!(kit.host.call(actor, "echo", "").await.is_ok());
    eventually(|| kit.fake.live_instances() == 1).await;
}

#[tokio::test]
async fn an_actor_that_is_stopped_before_the_exchange_stays_stopped() {
    let kit = Kit::with(Fake::new().with("waits", waits()), |builder| builder);
    let told = kit.told();
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;
    let newer = module.script("waits").revision(1);
    let swap = kit.swap(&newer, with_health_check());
    let stop = async {
        eventually(|| told.count("Wait") == 1).await;
        let stopped = kit.host.stop_actor(actor).await.unwrap();
        told.gate.add_permits(1);
        stopped
    };
    let (swapped, stopped) = tokio::join!(swap, stop);

    assert_eq!(swapped.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(stopped, 0);
    assert!(kit.host.inventory().actors.is_empty());
    eventually(|| kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn an_earlier_swap_does_not_change_an_actor_that_was_stopped_and_started_again() {
    let kit = Kit::with(Fake::new().with("waits", waits()), |builder| builder);
    let told = kit.told();
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;
    let again = kit.actor(&module).await;
    let newer = module.script("waits").revision(1);
    let swap = kit.swap(&newer, with_health_check());
    let restart = async {
        eventually(|| told.count("Wait") == 1).await;
        kit.host.stop_actor(actor).await.unwrap();
        kit.host.start_actor(again).await.unwrap();
        told.gate.add_permits(1);
    };
    let (swapped, ()) = tokio::join!(swap, restart);

    assert_eq!(swapped.unwrap_err().kind(), ErrorKind::Stopped);
    assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "1");
    eventually(|| kit.fake.live_instances() == 1).await;
}

#[tokio::test]
async fn an_end_in_order_waits_for_the_calls_of_both_versions() {
    let kit = Kit::new();
    let told = kit.told();
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;

    let old = kit.ask(actor, "Wait", "old");
    let swap = async {
        eventually(|| told.count("Wait") == 1).await;
        kit.swap(&module.revision(1), SwapOptions::default()).await
    };
    let new = async {
        eventually(|| kit.host.inventory().actors[0].generation == 2).await;
        kit.ask(actor, "Wait", "new").await
    };
    let stop = async {
        eventually(|| told.count("Wait") == 2).await;
        let release = async {
            eventually(|| kit.host.inventory().actors[0].pool.busy == 1).await;
            tokio::task::yield_now().await;
            assert_eq!(told.count("unbind"), 0, "running calls need the binding");
            told.gate.add_permits(2);
        };
        tokio::join!(kit.host.stop_actor(actor), release).0
    };
    let (old, swapped, new, stopped) = tokio::join!(old, swap, new, stop);

    assert_eq!((old.unwrap(), new.unwrap()), ("old".into(), "new".into()));
    assert_eq!(swapped.unwrap().dropped(), 0);
    assert_eq!(stopped.unwrap(), 0);
    assert_eq!(told.count("unbind"), 1);
    eventually(|| kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn the_claims_that_count_are_those_of_the_new_version() {
    let clock = ManualClock::at(Duration::from_secs(SIGNED_AT.0));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let module = Module::new().expires(SIGNED_AT.0 + 60);
    let actor = kit.start(&module).await;
    let module = module.expires(SIGNED_AT.0 + 3_600).revision(1);
    kit.swap(&module, SwapOptions::default()).await.unwrap();
    clock.advance(Duration::from_secs(600));
    assert!(kit.host.call(actor, "echo", "").await.is_ok());

    let module = module.expires(SIGNED_AT.0 + 660).revision(2);
    kit.swap(&module, SwapOptions::default()).await.unwrap();
    let mut events = kit.host.events();
    clock.advance(Duration::from_secs(60));
    let event = next(&mut events).await;
    assert!(matches!(event, Event::ActorExpired { .. }), "{event:?}");
    eventually(|| kit.host.inventory().actors.is_empty()).await;
}

#[tokio::test]
async fn an_actor_without_an_end_can_get_one() {
    let clock = ManualClock::at(Duration::from_secs(SIGNED_AT.0));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let module = Module::new();
    kit.start(&module).await;
    let module = module.expires(SIGNED_AT.0 + 60).revision(1);
    kit.swap(&module, SwapOptions::default()).await.unwrap();
    clock.advance(Duration::from_secs(60));
    eventually(|| kit.host.inventory().actors.is_empty()).await;
}

#[tokio::test]
async fn a_swap_that_nobody_waits_for_is_given_up_before_the_exchange() {
    let kit = Kit::with(Fake::new().with("waits", waits()), |builder| builder);
    let told = kit.told();
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;
    let mut events = kit.host.events();
    let module = module.script("waits").revision(1);
    tokio::select! {
        biased;
        _ = kit.swap(&module, with_health_check()) => panic!("it waits"),
        () = eventually(|| told.count("Wait") == 1) => {}
    }

    assert!(matches!(
        next(&mut events).await,
        Event::ActorSwapping { .. }
    ));
    let mut event = next(&mut events).await;
    if let Event::InstanceRetired { .. } = event {
        event = next(&mut events).await;
    }
    assert!(matches!(event, Event::ActorSwapRefused { .. }), "{event:?}");
    assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "1");
    eventually(|| kit.fake.live_instances() == 1).await;
    let module = module.script("standard");
    kit.swap(&module, SwapOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_swap_that_has_begun_is_carried_through() {
    let kit = Kit::new();
    let told = kit.told();
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;
    let mut events = kit.host.events();
    let module = module.revision(1);
    let running = kit.ask(actor, "Wait", "held");
    let swap = async {
        eventually(|| told.count("Wait") == 1).await;
        tokio::select! {
            biased;
            _ = kit.swap(&module, SwapOptions::default()) => panic!("a call runs"),
            () = eventually(|| kit.host.inventory().actors[0].generation == 2) => {}
        }
        told.gate.add_permits(1);
    };
    let (answer, ()) = tokio::join!(running, swap);

    assert_eq!(answer.unwrap(), "held");
    assert!(matches!(
        next(&mut events).await,
        Event::ActorSwapping { .. }
    ));
    let Event::ActorSwapped { report, .. } = next(&mut events).await else {
        panic!("it is carried through");
    };
    assert_eq!(report.dropped(), 0);
}
