//! Versions that do not take over; whatever runs goes on.

use crate::kit::{CONTRACT, Kit, Module, SIGNED_AT, eventually, next, text};
use capwire_engine_fake::{Fake, failure, standard};
use capwire_host::{ActorId, Error, ErrorKind, Event, ManualClock, Policy, Remedy, SwapOptions};
use capwire_wascap::{ActorClaims, Verified};
use std::time::Duration;

/// Asserts that `module` does not take over, and that all is as before.
async fn refused(kit: &Kit, actor: ActorId, module: &Module, options: SwapOptions) -> Error {
    let mut events = kit.host.events();
    let before = kit.host.call(actor, "count", "").await.unwrap();
    let error = kit.swap(module, options).await.unwrap_err();
    unchanged(kit, actor, &before).await;
    let event = loop {
        match next(&mut events).await {
            Event::ActorSwapping { .. } => {}
            other => break other,
        }
    };
    let Event::ActorSwapRefused { reason, .. } = event else {
        panic!("{event:?}");
    };
    assert_eq!(*reason, error.report());
    error
}

/// The same instance goes on to count.
async fn unchanged(kit: &Kit, actor: ActorId, before: &[u8]) {
    let before: u64 = std::str::from_utf8(before).unwrap().parse().unwrap();
    let after = kit.host.call(actor, "count", "").await.unwrap();
    assert_eq!(after, (before + 1).to_string());
    assert_eq!(kit.host.inventory().actors[0].generation, 1);
    eventually(|| kit.fake.live_instances() == 1).await;
}

#[tokio::test]
async fn an_actor_that_does_not_run_is_not_swapped() {
    let kit = Kit::new();
    let actor = kit.start(&Module::new().revision(1)).await;
    let other = Module::new().revision(2);
    let error = refused(&kit, actor, &other, SwapOptions::default()).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn another_issuer_is_refused() {
    let kit = Kit::new();
    let module = Module::new().revision(1);
    let actor = kit.start(&module).await;
    let other = module.other_issuer().revision(2);
    let error = refused(&kit, actor, &other, SwapOptions::default()).await;
    assert!(error.is_denied(), "{error:?}");
    assert!(text(&error).contains("same account"), "{error:?}");
}

#[tokio::test]
async fn a_revision_that_is_not_higher_is_refused() {
    let kit = Kit::new();
    let mut module = Module::new();
    let actor = kit.start(&module).await;
    // None is zero.
    for revision in [None, Some(0), Some(-1), Some(i32::MIN)] {
        if let Some(revision) = revision {
            module = module.revision(revision);
        }
        let error = refused(&kit, actor, &module, SwapOptions::default()).await;
        assert!(error.is_denied(), "{error:?}");
        assert_eq!(error.remedy(), Some(Remedy::RaiseRevision(0)), "{error:?}");
    }
}

#[tokio::test]
async fn wider_claims_are_refused_by_name() {
    let kit = Kit::new();
    let module = Module::new();
    let actor = kit.start(&module).await;
    let wider = module.claims(CONTRACT).revision(1);
    let error = refused(&kit, actor, &wider, SwapOptions::default()).await;
    assert!(error.is_denied(), "{error:?}");
    assert!(text(&error).contains(CONTRACT), "{error:?}");
}

#[tokio::test]
async fn a_version_that_cannot_be_compiled_or_started_is_refused() {
    let broken = standard::script().on_start(|_| async { Err(failure("no luck")) });
    let kit = Kit::with(Fake::new().with("broken", broken), |builder| builder);
    let module = Module::new();
    let actor = kit.start(&module).await;
    let module = module.revision(1);

    let no_guest = kit.host.verify(module.sign(b"\0asm\x01\0\0\0"));
    let before = kit.host.call(actor, "count", "").await.unwrap();
    let no_guest = no_guest.await.unwrap();
    let swapped = kit.host.swap_actor(no_guest, SwapOptions::default()).await;
    assert_eq!(swapped.unwrap_err().kind(), ErrorKind::Invalid);
    unchanged(&kit, actor, &before).await;

    let module = module.script("broken");
    let error = refused(&kit, actor, &module, SwapOptions::default()).await;
    assert!(text(&error).contains("no luck"), "{error:?}");
}

#[tokio::test]
async fn a_version_that_fails_its_health_check_is_refused() {
    let kit = Kit::new();
    let module = Module::new();
    let actor = kit.start(&module).await;
    let mut options = SwapOptions::default();
    options.health_check = true;
    let error = refused(&kit, actor, &module.revision(1), options).await;
    assert_eq!(error.kind(), ErrorKind::Actor);
    assert!(text(&error).contains("health"), "{error:?}");
}

#[tokio::test]
async fn claims_that_have_ended_meanwhile_are_refused() {
    let clock = ManualClock::at(Duration::from_secs(SIGNED_AT.0));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let module = Module::new();
    let running = kit.start(&module).await;
    let newer = module.revision(1).expires(SIGNED_AT.0 + 60);
    let newer = kit.actor(&newer).await;
    clock.advance(Duration::from_secs(60));
    let swapped = kit.host.swap_actor(newer, SwapOptions::default()).await;
    assert!(swapped.unwrap_err().is_unverified());
    assert!(kit.host.call(running, "echo", "").await.is_ok());
}

#[tokio::test]
async fn the_operator_decides_who_may_take_over() {
    struct NoSecond;
    impl Policy for NoSecond {
        fn may_start(&self, claims: &Verified<ActorClaims>) -> bool {
            claims.metadata.rev != Some(2)
        }
    }
    let kit = Kit::with(Fake::new(), |builder| builder.policy(NoSecond));
    let module = Module::new();
    let actor = kit.start(&module).await;
    let error = refused(&kit, actor, &module.revision(2), SwapOptions::default()).await;
    assert!(error.is_denied(), "{error:?}");
}

#[tokio::test]
async fn options_that_would_fail_every_call_are_refused() {
    let kit = Kit::new();
    let module = Module::new();
    let actor = kit.start(&module).await;
    let mut options = SwapOptions::default();
    let mut own = crate::kit::instances(1);
    own.deadline = Duration::ZERO;
    options.actor = Some(own);
    let error = refused(&kit, actor, &module.revision(1), options).await;
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn claims_that_lose_the_rule_of_an_alias_are_wider_x2() {
    let kit = Kit::new();
    let module = Module::new()
        .may("wascc:keyvalue[Get]")
        .may("wasmcloud:keyvalue");
    let actor = kit.start(&module).await;
    let wider = module.claims_nothing().claims("wasmcloud:keyvalue");
    let wider = wider.revision(1);
    let error = refused(&kit, actor, &wider, SwapOptions::default()).await;
    assert!(text(&error).contains("every operation"), "{error:?}");
}
