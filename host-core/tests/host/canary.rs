//! New versions that prove themselves with a share of the calls.

use crate::kit::{Kit, Module, SIGNED_AT, eventually, next, text};
use capwire_engine_fake::{Call, Fake, Script, failure, standard};
use capwire_host::{
    ActorId, Canary, Error, ErrorKind, Event, Host, ManualClock, Policy, Proportion, SwapOptions,
    SwapReport,
};
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

const TIME: Duration = Duration::from_secs(30);

/// A host whose actor runs its first version, with a script `second` for the next one.
struct Trial {
    kit: Kit,
    clock: ManualClock,
    module: Module,
    actor: ActorId,
}

impl Trial {
    async fn of(second: Script) -> Self {
        let clock = ManualClock::at(Duration::from_secs(SIGNED_AT.0));
        let fake = Fake::new().with("second", second);
        let kit = Kit::with(fake, |builder| builder.clock(clock.clone()));
        let module = Module::new().revision(1);
        let actor = kit.start(&module).await;
        Self {
            kit,
            clock,
            module: module.script("second").revision(2),
            actor,
        }
    }

    /// Begins to swap to the second version, which gets `share` of the calls.
    async fn begin(&self, share: &str) -> JoinHandle<Result<SwapReport, Error>> {
        let newer = self.kit.actor(&self.module).await;
        let share: Proportion = share.parse().unwrap();
        let options = SwapOptions::default().with_canary(Canary::new(share, TIME));
        let host = self.kit.host.clone();
        let swap = tokio::spawn(async move { host.swap_actor(newer, options).await });
        eventually(|| swap.is_finished() || canary(&self.kit.host).is_some()).await;
        swap
    }

    /// Calls the actor so many times; returns the number of failures.
    async fn call(&self, times: usize) -> usize {
        let mut failed = 0;
        for _ in 0..times {
            let answer = self.kit.host.call(self.actor, "echo", "x").await;
            failed += usize::from(answer.is_err());
        }
        failed
    }

    /// Lets time pass until the swap has ended.
    async fn end(&self, swap: JoinHandle<Result<SwapReport, Error>>) -> Result<SwapReport, Error> {
        eventually(|| {
            self.clock.advance(Duration::from_millis(10));
            swap.is_finished()
        })
        .await;
        swap.await.unwrap()
    }

    async fn assert_refused(&self, error: &Error, says: &str) {
        assert!(text(error).contains(says), "{error:?}");
        let info = self.kit.host.inventory().actors.remove(0);
        assert_eq!((info.generation, info.canary), (1, None));
        assert_eq!(self.call(50).await, 0, "the old version serves all");
        eventually(|| self.kit.fake.live_instances() == 1).await;
    }
}

fn canary(host: &Host) -> Option<capwire_host::CanaryInfo> {
    host.inventory().actors.first()?.canary
}

/// A script of which each call `every` fails.
fn failing(every: u64) -> Script {
    let calls = Arc::new(AtomicU64::new(0));
    Script::new(move |_, call: Call| {
        let call_number = calls.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            match call_number.is_multiple_of(every) {
                true => Err(failure("told to fail")),
                false => Ok(call.payload),
            }
        }
    })
}

#[tokio::test]
async fn a_good_version_takes_over_after_its_time() {
    let trial = Trial::of(standard::script()).await;
    let mut events = trial.kit.host.events();
    let swap = trial.begin("10%").await;
    assert!(matches!(
        next(&mut events).await,
        Event::ActorSwapping { .. }
    ));
    let event = next(&mut events).await;
    let Event::ActorCanary {
        generation, share, ..
    } = event
    else {
        panic!("{event:?}");
    };
    assert_eq!((generation, share.basis_points()), (2, 1_000));
    assert_eq!(trial.call(200).await, 0);
    let info = canary(&trial.kit.host).unwrap();
    assert_eq!((info.generation, info.calls.served), (2, 20));
    assert_eq!(trial.kit.host.inventory().actors[0].calls.served, 200);

    let report = trial.end(swap).await.unwrap();
    assert_eq!(report.canary.unwrap().served, 20);
    assert_eq!((report.old.served, report.new.served), (180, 20));
    assert_eq!((report.generation, report.dropped()), (2, 0));
    assert_eq!(trial.call(10).await, 0);
    let info = trial.kit.host.inventory().actors.remove(0);
    assert_eq!((info.generation, info.calls.served), (2, 210));
    assert_eq!(info.canary, None);
}

#[tokio::test]
async fn a_version_that_fails_too_often_is_withdrawn_at_once() {
    let trial = Trial::of(failing(1)).await;
    let swap = trial.begin("50%").await;
    assert_eq!(trial.call(4).await, 2);
    let began = trial.clock.clone();
    let error = trial.end(swap).await.unwrap_err();
    let passed = capwire_host::Clock::monotonic(&began);
    assert!(passed < Duration::from_secs(1), "{passed:?} of {TIME:?}");
    assert_eq!(error.kind(), ErrorKind::Actor);
    trial
        .assert_refused(&error, "2 of the 2 calls that met it failed")
        .await;
    let counts = trial.kit.host.inventory().actors[0].calls;
    assert_eq!((counts.served, counts.failed), (52, 2), "none is forgotten");
}

#[tokio::test]
async fn rare_failures_decide_at_the_end() {
    // One in a hundred may fail.
    let trial = Trial::of(failing(100)).await;
    let swap = trial.begin("100%").await;
    assert_eq!(trial.call(250).await, 2);
    assert_eq!(trial.end(swap).await.unwrap().canary.unwrap().failed, 2);
    let trial = Trial::of(failing(50)).await;
    let swap = trial.begin("100%").await;
    assert_eq!(trial.call(99).await, 1);
    let error = trial.end(swap).await.unwrap_err();
    trial.assert_refused(&error, "1 of the 99 calls").await;
}

#[tokio::test]
async fn a_version_that_no_call_met_is_not_proven() {
    let trial = Trial::of(standard::script()).await;
    let swap = trial.begin("1%").await;
    assert_eq!(trial.call(50).await, 0);
    let error = trial.end(swap).await.unwrap_err();
    trial.assert_refused(&error, "no call met it").await;
    let none = trial.begin("0%").await;
    let error = trial.end(none).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn calls_inside_a_withdrawn_version_finish() {
    let (gate, inside) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicU64::new(0)));
    let (waits, entered) = (Arc::clone(&gate), Arc::clone(&inside));
    let script = Script::new(move |_, call: Call| {
        let (gate, entered) = (Arc::clone(&waits), Arc::clone(&entered));
        async move {
            if call.operation == "wait" {
                entered.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
                return Ok(call.payload);
            }
            Err(failure("told to fail"))
        }
    });
    let trial = Trial::of(script).await;
    let swap = trial.begin("100%").await;
    let (host, actor) = (trial.kit.host.clone(), trial.actor);
    let held = tokio::spawn(async move { host.call(actor, "wait", "held").await });
    eventually(|| inside.load(Ordering::SeqCst) == 1).await;
    assert_eq!(trial.call(2).await, 2);
    eventually(|| {
        trial.clock.advance(Duration::from_millis(10));
        canary(&trial.kit.host).is_none()
    })
    .await;
    assert!(!swap.is_finished(), "a call is in it");
    assert_eq!(trial.call(1).await, 0, "the old version serves");
    gate.add_permits(1);
    assert_eq!(held.await.unwrap().unwrap(), "held");
    eventually(|| swap.is_finished()).await;
    let error = swap.await.unwrap().unwrap_err();
    trial.assert_refused(&error, "failed").await;
}

#[tokio::test]
async fn an_actor_can_be_stopped_while_a_version_proves_itself() {
    let trial = Trial::of(standard::script()).await;
    let swap = trial.begin("50%").await;
    assert_eq!(trial.call(4).await, 0);
    assert_eq!(trial.kit.host.stop_actor(trial.actor).await.unwrap(), 0);
    let error = trial.end(swap).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stopped);
    eventually(|| trial.kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn a_version_that_the_policy_bars_meanwhile_is_withdrawn() {
    struct NoSecond;
    impl Policy for NoSecond {
        fn may_start(&self, claims: &Verified<ActorClaims>) -> bool {
            claims.metadata.rev != Some(2)
        }
    }
    let trial = Trial::of(standard::script()).await;
    let swap = trial.begin("50%").await;
    assert_eq!(trial.call(4).await, 0);
    trial.kit.host.set_policy(NoSecond);
    assert_eq!(trial.call(20).await, 0, "no call enters it any more");
    let error = trial.end(swap).await.unwrap_err();
    assert!(error.is_denied(), "{error:?}");
    trial.assert_refused(&error, "the policy bars it").await;
}

#[tokio::test]
async fn an_operator_can_withdraw_a_version() {
    let trial = Trial::of(standard::script()).await;
    let host = &trial.kit.host;
    let none = host.withdraw_canary(trial.actor).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::NotFound);
    let swap = trial.begin("50%").await;
    assert_eq!(trial.call(4).await, 0);
    host.withdraw_canary(trial.actor).unwrap();
    let error = trial.end(swap).await.unwrap_err();
    trial.assert_refused(&error, "it was withdrawn").await;
}
