//! Instances that take long to make: for whom that is waited, and what they count for meanwhile.

use crate::kit::{Kit, Module, eventually, instances};
use capwire_engine_fake::{Fake, standard};
use capwire_host::{ActorId, ActorOptions, ErrorKind, ManualClock};
use capwire_wapc::{
    CompileError, Engine, PlainInstance, ResourceLimits, StartError, Support, SuspendableInstance,
    World,
};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

const SHORT: Duration = Duration::from_secs(5);
const LONG: Duration = Duration::from_secs(3_600);

/// A host on an engine that takes as long to make an instance of `slow` as it is not told to go on.
fn slow(clock: &ManualClock) -> (Kit, Sender<()>) {
    let (go, gate) = channel();
    let gate = Mutex::new(gate);
    let script = standard::script().on_start(move |_| {
        gate.lock().unwrap().recv().ok();
        async { Ok(()) }
    });
    let fake = Fake::new().with("slow", script);
    let kit = Kit::with(fake, |builder| builder.clock(clock.clone()));
    (kit, go)
}

fn clock() -> ManualClock {
    ManualClock::at(Duration::from_secs(2_000_000_000))
}

/// Starts the actor, and removes its instance.
async fn without_instance(kit: &Kit, go: &Sender<()>, options: ActorOptions) -> ActorId {
    go.send(()).unwrap();
    let actor = kit.start_with(&Module::new().script("slow"), options).await;
    kit.host.call(actor, "trap", "").await.unwrap_err();
    eventually(|| kit.fake.live_instances() == 0).await;
    actor
}

/// Calls the actor, and does not wait for the answer once it was asked for `made` instances.
async fn give_up(kit: &Kit, actor: ActorId, made: usize) {
    tokio::select! {
        biased;
        _ = kit.host.call(actor, "echo", "") => panic!("there is no instance"),
        () = eventually(|| kit.fake.made_instances() == made) => {}
    }
}

/// Waits for what does not wait for an instance.
async fn soon<F: Future>(future: F) -> F::Output {
    let done = tokio::time::timeout(Duration::from_secs(20), future).await;
    done.expect("nobody waits longer than allowed")
}

#[tokio::test]
async fn an_instance_being_made_keeps_its_place_and_serves_the_next_call() {
    let (kit, go) = slow(&clock());
    let actor = without_instance(&kit, &go, instances(1)).await;
    for _ in 0..5 {
        give_up(&kit, actor, 2).await;
    }
    let pool = kit.host.inventory().actors[0].pool;
    assert_eq!((pool.busy, pool.waiting), (1, 0));
    drop(go);

    assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "1");
    assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "2");
    assert_eq!(kit.fake.made_instances(), 2);
}

/// Calls an actor that has no instance, of which one takes longer to make than any of its two
/// deadlines, and is told so after the shorter one.
async fn impatient(call: Duration, start: Duration) -> (Kit, Sender<()>, ActorId) {
    let clock = clock();
    let (kit, go) = slow(&clock);
    let mut options = instances(1);
    (options.deadline, options.start_deadline) = (call, start);
    let actor = without_instance(&kit, &go, options).await;
    let time = async {
        eventually(|| kit.fake.made_instances() == 2).await;
        clock.advance(call.min(start));
    };
    let answers = async { tokio::join!(kit.host.call(actor, "count", ""), time) };
    let (answer, ()) = soon(answers).await;
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Timeout);
    (kit, go, actor)
}

#[tokio::test]
async fn a_call_waits_for_an_instance_no_longer_than_its_deadline() {
    let (kit, go, actor) = impatient(SHORT, LONG).await;
    go.send(()).unwrap();
    let answer = soon(kit.host.call(actor, "count", "")).await;
    assert_eq!(answer.unwrap(), "1");
}

#[tokio::test]
async fn a_call_waits_for_an_instance_no_longer_than_the_start_deadline() {
    let (kit, _go, _) = impatient(LONG, SHORT).await;
    assert_eq!(kit.host.inventory().actors[0].pool.busy, 1);
}

#[tokio::test]
async fn an_actor_that_is_not_made_in_time_is_not_started_and_leaves_nothing() {
    let clock = clock();
    let (kit, go) = slow(&clock);
    let mut options = instances(1);
    options.start_deadline = SHORT;
    let actor = kit.actor(&Module::new().script("slow")).await;
    let time = async {
        eventually(|| kit.fake.made_instances() == 1).await;
        clock.advance(SHORT);
    };
    let started = async { tokio::join!(kit.host.start_actor_with(actor, options), time) };
    let (started, ()) = soon(started).await;
    assert_eq!(started.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(kit.host.inventory().actors.is_empty());

    drop(go);
    eventually(|| kit.fake.live_instances() == 0).await;
}

#[tokio::test]
async fn an_actor_that_is_stopped_while_an_instance_is_made_leaves_nothing() {
    let (kit, go) = slow(&clock());
    let actor = without_instance(&kit, &go, instances(1)).await;
    give_up(&kit, actor, 2).await;
    kit.host.stop_actor(actor).await.unwrap();

    drop(go);
    eventually(|| kit.fake.live_instances() == 0).await;
}

/// The actor's budget is two slices, and to make an instance takes an hour of whatever clock.
#[tokio::test]
async fn making_an_instance_does_not_count_as_computing() {
    let clock = clock();
    let passes = clock.clone();
    let script = standard::script().on_start(move |guest| {
        passes.advance(LONG);
        async move {
            guest.yield_now().await;
            Ok(())
        }
    });
    let fake = Fake::new().with("slow", script);
    let kit = Kit::with(fake, |builder| builder.clock(clock));
    let mut options = instances(1);
    options.cpu_budget = options.limits.slice * 2;
    (options.deadline, options.start_deadline) = (LONG * 9, LONG * 9);
    let actor = kit.start_with(&Module::new().script("slow"), options).await;
    kit.host.call(actor, "trap", "").await.unwrap_err();
    assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "1");
}

/// An engine whose modules tell for which stack they were prepared when their first instance was made,
/// and on which thread they were freed.
#[derive(Clone, Debug, Default)]
struct Telling {
    fake: Fake,
    told: Arc<Mutex<Told>>,
}

#[derive(Debug, Default)]
struct Told {
    prepared: Option<usize>,
    prepared_at_first: Option<usize>,
    freed: Option<ThreadId>,
}

#[derive(Debug)]
struct Marked {
    module: Arc<dyn capwire_wapc::Module>,
    told: Arc<Mutex<Told>>,
}

impl Engine for Telling {
    fn name(&self) -> &'static str {
        "telling"
    }

    fn support(&self) -> Support {
        self.fake.support()
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn capwire_wapc::Module>, CompileError> {
        Ok(Arc::new(Marked {
            module: self.fake.compile(wasm)?,
            told: Arc::clone(&self.told),
        }))
    }
}

impl capwire_wapc::Module for Marked {
    fn prepare(&self, limits: &ResourceLimits) -> Result<(), CompileError> {
        self.told.lock().unwrap().prepared = Some(limits.stack_bytes);
        Ok(())
    }

    fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        self.module.plain(limits, world)
    }

    fn suspendable(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        let mut told = self.told.lock().unwrap();
        told.prepared_at_first = told.prepared_at_first.or(told.prepared);
        drop(told);
        self.module.suspendable(limits, world)
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        self.told.lock().unwrap().freed = Some(thread::current().id());
    }
}

#[tokio::test(flavor = "current_thread")]
async fn code_is_not_freed_on_the_thread_that_makes_calls() {
    let engine = Telling::default();
    let host = capwire_host::Host::builder(engine.clone()).build().unwrap();
    let actor = host.verify(Module::new().wasm()).await.unwrap();
    let actor = host.start_actor(actor).await.unwrap();
    host.call(actor, "echo", "").await.unwrap();
    host.stop_actor(actor).await.unwrap();

    let freed = || engine.told.lock().unwrap().freed;
    eventually(|| freed().is_some()).await;
    assert_ne!(freed(), Some(thread::current().id()));
}

/// Work that takes as long as compiling a module does not run while a caller waits for an instance.
#[tokio::test]
async fn a_module_is_prepared_for_its_stack_before_an_instance_is_made() {
    let engine = Telling::default();
    let host = capwire_host::Host::builder(engine.clone()).build().unwrap();
    let actor = host.verify(Module::new().wasm()).await.unwrap();
    let mut options = ActorOptions::default();
    options.limits.stack_bytes = 1 << 20;
    host.start_actor_with(actor, options).await.unwrap();

    let told = engine.told.lock().unwrap();
    assert_eq!(told.prepared_at_first, Some(1 << 20));
}
