//! Actors come and go.

use crate::kit::{Kit, Module, SIGNED_AT, eventually, instances, next, text};
use capwire_engine_fake::{Fake, Script, failure, standard};
use capwire_host::{
    ActorOptions, ErrorKind, Event, Host, HostBuilder, HostOptions, ManualClock, Policy,
};
use capwire_wapc::{Engine, Support};
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;
use std::time::Duration;

const DAY: u64 = 86_400;

#[tokio::test]
async fn an_actor_that_was_started_answers_and_is_listed() {
    let kit = Kit::new();
    let mut events = kit.host.events();
    let echo = kit.start(&Module::new()).await;

    assert_eq!(kit.host.call(echo, "echo", "hello").await.unwrap(), "hello");
    let actors = kit.host.inventory().actors;
    assert_eq!(actors.len(), 1);
    assert_eq!((actors[0].id, &*actors[0].name), (echo, "tester"));
    let event = events.next().await;
    assert!(matches!(event, Some(Event::ActorStarted { actor, .. }) if actor == echo));
}

#[tokio::test]
async fn what_strangers_write_neither_steers_a_terminal_nor_fills_a_log() {
    let kit = Kit::new();
    let name = format!("\x1b[2J\u{202e}{}", "n".repeat(30_000)).leak();
    let refused = kit.actor(&Module::new().script(&name[..20])).await;
    let error = kit.host.start_actor(refused).await.unwrap_err();
    let report = error.report();
    assert!(report.contains(r"\u{1b}[2J\u{202e}nnn"), "{report}");

    let named = kit.actor(&Module::new().named(name)).await.name();
    assert!(named.starts_with(r"\u{1b}[2J\u{202e}nnn"), "{named}");
    assert!(named.len() < 300, "{} bytes", named.len());
}

#[tokio::test]
async fn what_is_not_signed_or_was_changed_becomes_no_actor() {
    let kit = Kit::new();
    let unsigned = capwire_engine_fake::module(standard::NAME);
    let mut changed = Module::new().wasm();
    let last_of_the_script_name = unsigned.len() - 1;
    changed[last_of_the_script_name] ^= 1;

    for wasm in [unsigned, changed, b"not wasm".to_vec()] {
        let error = kit.host.verify(wasm).await.unwrap_err();
        assert!(error.is_unverified(), "{error:?}");
    }
}

#[tokio::test]
async fn an_actor_that_runs_is_not_started_again() {
    let kit = Kit::new();
    let module = Module::new();
    let echo = kit.start(&module).await;
    let again = kit.host.start_actor(kit.actor(&module).await).await;

    assert_eq!(again.unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert!(kit.host.call(echo, "echo", "still").await.is_ok());
}

#[tokio::test]
async fn what_cannot_be_compiled_is_an_error_of_start() {
    let kit = Kit::new();
    let module = Module::new();
    let no_guest = module.sign(b"\0asm\x01\0\0\0");
    let actor = kit.host.verify(no_guest).await.unwrap();

    let error = kit.host.start_actor(actor).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(kit.host.inventory().actors.is_empty());
}

#[tokio::test]
async fn what_fails_in_its_start_is_never_listed_and_may_try_again() {
    let broken = standard::script().on_start(|_| async { Err(failure("no luck")) });
    let kit = Kit::with(Fake::new().with("broken", broken), |builder| builder);
    let module = Module::new().script("broken");

    for _ in 0..2 {
        let actor = kit.actor(&module).await;
        let error = kit.host.start_actor(actor).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Actor);
        assert!(text(&error).contains("no luck"), "{error:?}");
    }
    assert!(kit.host.inventory().actors.is_empty());
    eventually(|| kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn a_guest_that_spins_in_its_start_is_stopped() {
    let spins = standard::script().on_start(|guest| async move { guest.spin().await });
    let kit = Kit::with(Fake::new().with("spins", spins), |builder| builder);
    let mut options = ActorOptions::default();
    options.start_deadline = Duration::from_millis(20);

    let actor = kit.actor(&Module::new().script("spins")).await;
    let error = kit.host.start_actor_with(actor, options).await;
    assert!(error.unwrap_err().is_timeout());
    assert!(kit.host.inventory().actors.is_empty());
    eventually(|| kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn a_guest_that_needs_more_than_its_limits_does_not_start() {
    let big = Script::new(|_, call| async { Ok(call.payload) }).memory_pages(100);
    let kit = Kit::with(Fake::new().with("big", big), |builder| builder);
    let mut options = ActorOptions::default();
    options.limits.memory_pages = 99;

    let actor = kit.actor(&Module::new().script("big")).await;
    let error = kit.host.start_actor_with(actor, options).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Limit);
}

#[tokio::test]
async fn options_that_would_fail_every_call_are_refused() {
    let kit = Kit::new();
    let mut options = ActorOptions::default();
    options.deadline = Duration::ZERO;

    let actor = kit.actor(&Module::new()).await;
    let error = kit.host.start_actor_with(actor, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(text(&error).contains("deadline"), "{error:?}");
}

#[tokio::test]
async fn a_stopped_actor_is_gone_and_can_come_back() {
    let kit = Kit::new();
    let module = Module::new();
    let echo = kit.start(&module).await;
    assert_eq!(kit.host.stop_actor(echo).await.unwrap(), 0);

    let error = kit.host.call(echo, "echo", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    eventually(|| kit.fake.live_instances() == 0).await;
    let again = kit.host.stop_actor(echo).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::NotFound);

    kit.start(&module).await;
    assert!(kit.host.call(echo, "echo", "").await.is_ok());
}

#[tokio::test]
async fn stopping_lets_running_and_waiting_calls_end() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    let running = kit.ask(actor, "Wait", "first");
    let waiting = kit.ask(actor, "Echo", "second");
    let stop = async {
        eventually(|| kit.host.inventory().actors[0].pool.waiting == 1).await;
        let stop = kit.host.stop_actor(actor);
        let release = async {
            eventually(|| told.count("Wait") == 1).await;
            told.gate.add_permits(1);
        };
        tokio::join!(stop, release).0
    };
    let (first, second, stopped) = tokio::join!(running, waiting, stop);

    assert_eq!(first.unwrap(), "first");
    assert_eq!(second.unwrap(), "second");
    assert_eq!(stopped.unwrap(), 0);
    assert_eq!(told.count("unbind"), 1);
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let mut options = HostOptions::default();
    options.drain = Duration::from_millis(1);
    let kit = Kit::with(Fake::new(), |builder| builder.options(options));
    let told = kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    let stop = async {
        eventually(|| told.count("Wait") == 1).await;
        kit.host.stop_actor(actor).await
    };
    let (answer, stopped) = tokio::join!(kit.ask(actor, "Wait", ""), stop);

    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Stopped);
    assert_eq!(stopped.unwrap(), 1);
    eventually(|| kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn claims_that_do_not_hold_start_nothing() {
    let clock = ManualClock::at(Duration::from_secs(SIGNED_AT.0));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let module = Module::new().expires(SIGNED_AT.0 + DAY);
    let actor = kit.actor(&module).await;
    clock.advance(Duration::from_secs(DAY));

    let verified = kit.host.verify(module.wasm()).await;
    assert!(verified.unwrap_err().is_unverified());
    let started = kit.host.start_actor(actor).await;
    assert!(started.unwrap_err().is_unverified());
}

#[tokio::test]
async fn an_actor_whose_claims_end_takes_no_calls_and_is_stopped() {
    let clock = ManualClock::at(Duration::from_secs(SIGNED_AT.0));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let mut events = kit.host.events();
    let actor = kit.start(&Module::new().expires(SIGNED_AT.0 + 60)).await;
    clock.advance(Duration::from_secs(59));
    assert!(kit.host.call(actor, "echo", "").await.is_ok());

    clock.advance(Duration::from_secs(1));
    let error = kit.host.call(actor, "echo", "").await.unwrap_err();
    assert!(error.is_unverified(), "{error:?}");
    let (first, second) = (next(&mut events).await, next(&mut events).await);
    assert!(matches!(first, Event::ActorExpired { actor: of } if of == actor));
    assert!(matches!(second, Event::ActorStopped { actor: of, .. } if of == actor));
    assert!(kit.host.inventory().actors.is_empty());
}

#[tokio::test]
async fn the_operator_decides_who_may_start() {
    struct Strangers;
    impl Policy for Strangers {
        fn may_start(&self, claims: &Verified<ActorClaims>) -> bool {
            claims.metadata.name.as_deref() != Some("tester")
        }
    }
    let kit = Kit::with(Fake::new(), |builder| builder.policy(Strangers));
    let actor = kit.actor(&Module::new()).await;

    let error = kit.host.start_actor(actor).await.unwrap_err();
    assert!(error.is_denied(), "{error:?}");
}

#[tokio::test]
async fn an_engine_that_cannot_hold_a_guest_is_refused() {
    let mut support = Support::full();
    support.slices = false;
    let fake = Fake::new().with_support(support);

    let error = Host::builder(fake.clone()).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Engine);
    let accepted = Host::builder(fake).accept_unenforced_limits().build();
    assert!(accepted.is_ok());
}

#[tokio::test]
async fn an_engine_that_a_hostile_module_can_break_is_refused() {
    let mut support = Support::full();
    support.memory_safe = false;
    let fake = Fake::new().with_support(support);

    let limits_are_another_matter = Host::builder(fake.clone()).accept_unenforced_limits();
    let error = limits_are_another_matter.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Engine);
    let text = error.to_string();
    assert!(
        text.contains("`fake`") && text.contains("hostile"),
        "{text}"
    );
    assert!(text.contains("accept_unsafe_engine"), "{text}");

    let kit = Kit::with(fake, HostBuilder::accept_unsafe_engine);
    let echo = kit.start(&Module::new()).await;
    assert_eq!(kit.host.call(echo, "echo", "hello").await.unwrap(), "hello");
}

#[tokio::test]
async fn an_engine_can_be_chosen_at_run_time() {
    let engine: Arc<dyn Engine> = Arc::new(Fake::new());
    let host = Host::builder(engine).build().unwrap();
    let actor = host.verify(Module::new().wasm()).await.unwrap();
    let echo = host.start_actor(actor).await.unwrap();
    assert_eq!(host.call(echo, "echo", "hello").await.unwrap(), "hello");
}

#[tokio::test]
async fn a_start_that_nobody_waits_for_is_given_up() {
    let spins = standard::script().on_start(|guest| async move { guest.spin().await });
    let kit = Kit::with(Fake::new().with("spins", spins), |builder| builder);
    let module = Module::new();
    let endless = kit
        .host
        .verify(module.sign(&capwire_engine_fake::module("spins")));
    let mut options = ActorOptions::default();
    options.start_deadline = Duration::from_secs(3_600);
    let start = kit.host.start_actor_with(endless.await.unwrap(), options);
    tokio::select! {
        biased;
        _ = start => panic!("it starts for an hour"),
        () = eventually(|| kit.fake.live_instances() == 1) => {}
    }

    let actor = kit.actor(&module).await;
    assert!(kit.host.start_actor(actor).await.is_ok());
    eventually(|| kit.fake.live_instances() == 1).await;
}
