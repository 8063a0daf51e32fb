//! The CPU budget of a call includes what the call causes: calls of actors, their start functions,
//! and the work of providers.

use crate::kit::{CONTRACT, Kit, Module, eventually};
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_engine_fake::{Context, Fake, Script, standard};
use capwire_host::{ActorId, ActorOptions, Clock, ErrorKind, Instances, ManualClock};
use capwire_provider::{
    Binding, BindingId, BlockingPool, Bound, Call, Provider, ProviderError, WorkEnded, async_trait,
};
use capwire_wapc::{CallError, Trap, TrapKind};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const BUDGET: Duration = Duration::from_millis(50);
const STEP: Duration = Duration::from_millis(1);
const LONG: Duration = Duration::from_secs(3_600);

fn options(instances: usize) -> ActorOptions {
    let mut options = crate::kit::instances(instances);
    options.cpu_budget = BUDGET;
    options.deadline = LONG;
    options.start_deadline = LONG;
    options
}

fn clock() -> ManualClock {
    ManualClock::at(Duration::from_secs(2_000_000_000))
}

/// Computes for so many steps by `clock`.
async fn compute(guest: &Context, clock: &ManualClock, steps: u32) {
    for _ in 0..steps {
        clock.advance(STEP);
        guest.yield_now().await;
    }
}

#[tokio::test]
async fn what_a_call_causes_is_on_its_budget_w4() {
    let clock = clock();
    let time = clock.clone();
    let calls_itself = Script::new(move |guest, call| {
        let time = time.clone();
        async move {
            let own = String::from_utf8_lossy(&call.payload).into_owned();
            let _ = guest.host_call("", &own, "again", &call.payload).await;
            compute(&guest, &time, u32::MAX).await;
            Ok(Bytes::new())
        }
    });
    let fake = Fake::new().with("calls itself", calls_itself);
    let kit = Kit::with(fake, |builder| builder.clock(clock.clone()));
    let module = Module::new().script("calls itself");
    let actor = kit.start_with(&module, options(32)).await;

    let before = clock.monotonic();
    let error = kit.host.call(actor, "again", actor.to_string()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Limit);
    let spent = clock.monotonic() - before;
    assert!(spent <= BUDGET + 4 * STEP, "{spent:?}");
}

/// An actor that asks the provider again and again, which calls back an actor that computes.
#[tokio::test]
async fn calls_that_a_provider_makes_for_an_actor_are_on_its_budget() {
    let clock = clock();
    let time = clock.clone();
    let script = Script::new(move |guest, call| {
        let time = time.clone();
        async move {
            match call.operation.as_str() {
                "echo" => compute(&guest, &time, 20).await,
                _ => loop {
                    guest.host_call("", CONTRACT, "Back", b"").await?;
                },
            }
            Ok(Bytes::new())
        }
    });
    let kit = Kit::with(Fake::new().with("asks", script), |builder| {
        builder.clock(clock.clone())
    });
    let told = kit.told();
    let module = Module::new().script("asks").claims(CONTRACT);
    let actor = kit.start_with(&module, options(2)).await;
    kit.bind(actor).await;

    let error = kit.host.call(actor, "ask", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert_eq!(told.count("Back"), 3);
}

#[tokio::test]
async fn start_functions_of_called_actors_are_on_the_callers_budget() {
    let clock = clock();
    let time = clock.clone();
    let starts = standard::script().on_start(move |guest| {
        let time = time.clone();
        async move {
            compute(&guest, &time, 20).await;
            Ok(())
        }
    });
    let asks = Script::new(|guest, call| async move {
        let friend = String::from_utf8_lossy(&call.payload).into_owned();
        loop {
            guest.host_call("", &friend, "echo", b"").await?;
        }
    });
    let fake = Fake::new().with("starts", starts).with("asks", asks);
    let kit = Kit::with(fake, |builder| builder.clock(clock.clone()));
    let friend = Module::new().script("starts");
    let caller = Module::new().script("asks").claims(friend.id());
    let mut fresh = options(1);
    fresh.instances = Instances::Fresh(NonZeroUsize::MIN);
    let friend = kit.start_with(&friend, fresh).await;
    let caller = kit.start_with(&caller, options(1)).await;

    let error = kit.host.call(caller, "ask", friend.to_string()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Limit);
    let made = kit.fake.made_instances();
    assert!(made <= 6, "{made} instances");
}

fn trap() -> CallError {
    Trap::from(TrapKind::Unreachable).into()
}

/// An actor that calls a friend again and again, with the number of the friend's instances that were
/// created before the call ended.
async fn instances_on_the_callers_budget(clock: ManualClock, friend: Script) -> usize {
    let asks = Script::new(|guest, call| async move {
        let friend = String::from_utf8_lossy(&call.payload).into_owned();
        loop {
            let _ = guest.host_call("", &friend, "echo", b"").await;
        }
    });
    let fake = Fake::new().with("friend", friend).with("asks", asks);
    let kit = Kit::with(fake, |builder| builder.clock(clock));
    let friend = Module::new().script("friend");
    let caller = Module::new().script("asks").claims(friend.id());
    let friend = kit.start_with(&friend, options(1)).await;
    let caller = kit.start_with(&caller, options(1)).await;

    let error = kit.host.call(caller, "ask", friend.to_string()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Limit);
    kit.fake.made_instances()
}

#[tokio::test]
async fn instances_that_replace_trapped_ones_are_on_the_callers_budget() {
    let clock = clock();
    let time = clock.clone();
    // Creating an instance takes time, although it is never interrupted.
    let traps = Script::new(|_, _| async { Err(trap()) }).on_start(move |_| {
        time.advance(20 * STEP);
        async { Ok(()) }
    });
    let made = instances_on_the_callers_budget(clock, traps).await;
    assert!(made <= 6, "{made} instances");
}

#[tokio::test]
async fn instances_that_cannot_start_are_on_the_callers_budget() {
    let clock = clock();
    let (time, starts) = (clock.clone(), AtomicUsize::new(0));
    // The first instance proves that the actor can start.
    let traps = Script::new(|_, _| async { Err(trap()) }).on_start(move |_| {
        time.advance(20 * STEP);
        let first = starts.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            match first {
                true => Ok(()),
                false => Err(trap()),
            }
        }
    });
    let made = instances_on_the_callers_budget(clock, traps).await;
    assert!(made <= 6, "{made} instances");
}

#[tokio::test]
async fn work_for_a_host_call_after_it_waited_counts_as_computing() {
    let clock = clock();
    let kit = Kit::with(flooding("Slow"), |builder| builder.clock(clock.clone()));
    let worker = Arc::new(Worker::new(clock));
    kit.host.add_provider(Arc::clone(&worker)).unwrap();
    let actor = flood(&kit, options(1)).await;

    let error = kit.host.call(actor, "flood", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error:?}");
    assert_eq!(worker.log().len(), 51);
}

#[tokio::test]
async fn blocking_work_is_on_the_budget_of_its_caller_w1() {
    let clock = clock();
    let kit = Kit::with(flooding("Work"), |builder| builder.clock(clock.clone()));
    let worker = Arc::new(Worker::new(clock));
    kit.host.add_provider(Arc::clone(&worker)).unwrap();
    let actor = flood(&kit, options(1)).await;

    let error = kit.host.call(actor, "flood", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error:?}");
    assert_eq!(worker.log(), [WorkEnded::Overspent.to_string()]);
}

#[tokio::test]
async fn blocking_work_ends_when_its_caller_goes_w1() {
    let kit = Kit::with(flooding("Wait"), |builder| builder.clock(clock()));
    let worker = Arc::new(Worker::new(clock()));
    kit.host.add_provider(Arc::clone(&worker)).unwrap();
    let actor = flood(&kit, options(1)).await;

    let host = kit.host.clone();
    let call = tokio::spawn(async move { host.call(actor, "flood", "").await });
    eventually(|| worker.log() == ["begun"]).await;
    call.abort();
    let ended = WorkEnded::GivenUp.to_string();
    eventually(|| worker.log() == ["begun", &ended]).await;
}

/// Providers learn the deadline of the call, also in the calls that they make.
#[tokio::test]
async fn a_provider_knows_the_deadline_of_its_call() {
    let clock = clock();
    let kit = Kit::with(Fake::new(), |builder| builder.clock(clock.clone()));
    let worker = Arc::new(Worker::new(clock));
    kit.host.add_provider(Arc::clone(&worker)).unwrap();
    let actor = kit.bound_actor(options(1)).await;

    kit.ask(actor, "Deadline", "").await.unwrap();
    assert_eq!(worker.log(), [format!("{:?}", Some(LONG))]);
}

/// An engine with a guest that makes this host call without end.
fn flooding(operation: &'static str) -> Fake {
    let floods = Script::new(move |guest, _| async move {
        loop {
            guest.host_call("", CONTRACT, operation, b"").await?;
        }
    });
    Fake::new().with("floods", floods)
}

async fn flood(kit: &Kit, options: ActorOptions) -> ActorId {
    let module = Module::new().script("floods").claims(CONTRACT);
    let actor = kit.start_with(&module, options).await;
    kit.bind(actor).await;
    actor
}

/// A provider that works. `Slow` computes after it waited, `Work` computes until it must end,
/// `Wait` waits until it must end, `Deadline` logs its deadline.
struct Worker {
    clock: ManualClock,
    pool: BlockingPool,
    log: Arc<Mutex<Vec<String>>>,
}

impl Worker {
    fn new(clock: ManualClock) -> Self {
        Self {
            clock,
            pool: BlockingPool::default(),
            log: Arc::default(),
        }
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Steps until the work must end. Each step takes `step`.
    async fn until_ended(&self, call: &Call<'_>, step: Duration) -> Result<(), ProviderError> {
        let (clock, log) = (self.clock.clone(), Arc::clone(&self.log));
        let work = self.pool.run(call, move |work| {
            if step.is_zero() {
                log.lock().unwrap().push("begun".to_owned());
            }
            loop {
                clock.advance(step);
                if let Err(error) = work.check() {
                    log.lock().unwrap().push(error.to_string());
                    return Err::<(), _>(error.into());
                }
                std::thread::yield_now();
            }
        });
        work.await
    }
}

#[async_trait]
impl Provider for Worker {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, "worker", &[])
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            "Slow" => {
                tokio::task::yield_now().await;
                self.clock.advance(STEP);
                self.log.lock().unwrap().push("slow".to_owned());
            }
            "Work" => self.until_ended(&call, STEP).await?,
            "Wait" => self.until_ended(&call, Duration::ZERO).await?,
            _ => self
                .log
                .lock()
                .unwrap()
                .push(format!("{:?}", call.time_left())),
        }
        Ok(Bytes::new())
    }
}
