//! Time that a call may take, and compute, and limits that nothing enforces.

use crate::kit::{CONTRACT, Kit, Module, eventually, instances};
use bytes::Bytes;
use capwire_engine_fake::{Fake, Script, standard};
use capwire_host::{ActorId, ActorOptions, ErrorKind, Host, Invocation, ManualClock};
use capwire_wapc::Support;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tower::util::MapRequestLayer;

const LONG: Duration = Duration::from_secs(3_600);

fn options(deadline: Duration, cpu_budget: Duration) -> ActorOptions {
    let mut options = instances(1);
    options.deadline = deadline;
    options.cpu_budget = cpu_budget;
    options
}

#[tokio::test]
async fn a_guest_that_computes_too_much_is_stopped() {
    let kit = Kit::new();
    let options = options(LONG, Duration::from_millis(5));
    let actor = kit.start_with(&Module::new(), options).await;

    let error = kit.host.call(actor, "spin", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    eventually(|| kit.fake.live_instances() == 0).await;
    assert!(kit.host.call(actor, "echo", "").await.is_ok());
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_stopped() {
    let kit = Kit::new();
    // Long enough for the call afterwards, on a busy machine too.
    let options = options(Duration::from_millis(500), LONG);
    let actor = kit.start_with(&Module::new(), options).await;

    let error = kit.host.call(actor, "spin", "").await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    eventually(|| kit.fake.live_instances() == 0).await;
    assert!(kit.host.call(actor, "echo", "").await.is_ok());
}

#[tokio::test]
async fn a_call_that_waits_too_long_is_stopped() {
    let clock = ManualClock::at(Duration::from_secs(2_000_000_000));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let told = kit.told();
    let actor = kit
        .bound_actor(options(Duration::from_secs(30), LONG))
        .await;
    let time = async {
        eventually(|| told.count("Wait") == 1).await;
        clock.advance(Duration::from_secs(30));
    };
    let (answer, ()) = tokio::join!(kit.ask(actor, "Wait", ""), time);

    assert!(answer.unwrap_err().is_timeout());
    eventually(|| kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn waiting_in_a_host_call_does_not_count_as_computing() {
    let clock = ManualClock::at(Duration::from_secs(2_000_000_000));
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let told = kit.told();
    let actor = kit
        .bound_actor(options(LONG, Duration::from_millis(50)))
        .await;
    let time = async {
        eventually(|| told.count("Wait") == 1).await;
        clock.advance(Duration::from_secs(2));
        told.gate.add_permits(1);
    };
    let (answer, ()) = tokio::join!(kit.ask(actor, "Wait", "patient"), time);

    assert_eq!(answer.unwrap(), "patient");
}

/// A guest that sleeps for a quarter of an hour, and then answers.
fn sleeper(sleeps: &Arc<AtomicBool>) -> Script {
    let sleeps = Arc::clone(sleeps);
    Script::new(move |context, call| {
        let sleeps = Arc::clone(&sleeps);
        async move {
            sleeps.store(true, Relaxed);
            context.sleep(QUARTER).await;
            Ok(call.payload)
        }
    })
}

const QUARTER: Duration = Duration::from_secs(900);

/// Starts the sleeper and calls it, and puts the clock forward once it sleeps.
async fn sleep_and_pass(deadline: Duration, time: Duration) -> Result<Bytes, ErrorKind> {
    let sleeps = Arc::<AtomicBool>::default();
    let clock = ManualClock::at(Duration::from_secs(2_000_000_000));
    let fake = Fake::new().with("sleeper", sleeper(&sleeps));
    let kit = Kit::with(fake, |builder| builder.clock(clock.clone()));
    let module = Module::new().script("sleeper");
    let budget = Duration::from_millis(50);
    let actor = kit.start_with(&module, options(deadline, budget)).await;
    let pass = async {
        eventually(|| sleeps.load(Relaxed)).await;
        clock.advance(time);
    };
    let (answer, ()) = tokio::join!(kit.host.call(actor, "sleep", "well"), pass);
    answer.map_err(|error| error.kind())
}

#[tokio::test]
async fn sleeping_is_waiting_g1() {
    let slept = sleep_and_pass(LONG, QUARTER).await;
    assert_eq!(slept.unwrap(), "well");
}

#[tokio::test]
async fn sleeping_ends_at_the_deadline_g1() {
    let minute = Duration::from_secs(60);
    let slept = sleep_and_pass(minute, minute).await;
    assert_eq!(slept, Err(ErrorKind::Timeout));
}

#[tokio::test(flavor = "current_thread")]
async fn a_spinning_guest_does_not_keep_neighbours_on_its_thread_from_answering() {
    let kit = Kit::new();
    let hog = kit.start_with(&Module::new(), options(LONG, LONG)).await;
    let neighbour = kit.start(&Module::new()).await;
    let neighbours = async {
        for _ in 0..100 {
            kit.host.call(neighbour, "echo", "").await.unwrap();
            tokio::task::yield_now().await;
        }
    };

    tokio::select! {
        _ = kit.host.call(hog, "spin", "") => panic!("it spins for an hour"),
        () = neighbours => {}
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_flood_of_host_calls_lets_others_in_and_is_stopped() {
    let kit = Kit::with(flooding(), |builder| builder);
    let told = kit.told();
    let actor = flood(&kit, options(Duration::from_millis(50), LONG)).await;
    let neighbour = kit.start(&Module::new()).await;
    let (flood, echo) = tokio::join!(
        kit.host.call(actor, "flood", ""),
        kit.host.call(neighbour, "echo", "")
    );

    assert!(flood.unwrap_err().is_timeout());
    assert!(echo.is_ok());
    assert!(told.count("Echo") > 0);
}

#[tokio::test]
async fn work_for_a_host_call_before_it_waits_counts_as_computing() {
    let clock = ManualClock::at(Duration::from_secs(2_000_000_000));
    let work = clock.clone();
    let work = MapRequestLayer::new(move |invocation: Invocation| {
        work.advance(Duration::from_millis(1));
        invocation
    });
    let kit = Kit::with(flooding(), |builder| {
        builder.clock(clock.clone()).layer(work)
    });
    let told = kit.told();
    let actor = flood(&kit, options(LONG, Duration::from_millis(50))).await;

    let error = kit.host.call(actor, "flood", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error:?}");
    assert_eq!(told.count("Echo"), 51);
}

/// An engine with a guest that makes host calls without end.
fn flooding() -> Fake {
    let floods = Script::new(|guest, call| async move {
        loop {
            guest.host_call("", CONTRACT, "Echo", &call.payload).await?;
        }
    });
    Fake::new().with("floods", floods)
}

/// Starts the flooding guest, bound to a provider that answers at once.
async fn flood(kit: &Kit, options: ActorOptions) -> ActorId {
    let module = Module::new().script("floods").claims(CONTRACT);
    let actor = kit.start_with(&module, options).await;
    kit.bind(actor).await;
    actor
}

#[tokio::test]
async fn a_guest_that_computes_too_much_in_its_start_is_stopped() {
    let spins = standard::script().on_start(|guest| async move { guest.spin().await });
    let kit = Kit::with(Fake::new().with("spins", spins), |builder| builder);
    let mut options = options(LONG, Duration::from_millis(5));
    options.start_deadline = LONG;

    let actor = kit.actor(&Module::new().script("spins")).await;
    let error = kit.host.start_actor_with(actor, options).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Limit);
    eventually(|| kit.fake.live_instances() == 0).await;
}

/// A claim of an engine's, and by what a person knows the limit that hangs on it.
type Claim = (fn(&mut Support) -> &mut bool, &'static str);

#[test]
fn a_limit_that_the_engine_does_not_enforce_is_an_error_of_the_start() {
    let claims: [Claim; 5] = [
        (|support| &mut support.slices, "CPU budget"),
        (|support| &mut support.memory_limit, "memory"),
        (|support| &mut support.table_limit, "table"),
        (|support| &mut support.stack_limit, "stack"),
        (|support| &mut support.message_limit, "message"),
    ];
    for (claim, limit) in claims {
        let mut support = Support::full();
        *claim(&mut support) = false;
        let fake = Fake::new().with_support(support);
        let error = Host::builder(fake).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Engine);
        assert!(error.to_string().contains(limit), "{error}");
    }
}
