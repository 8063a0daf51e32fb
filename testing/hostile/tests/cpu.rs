//! On every engine, computing counts against the CPU budget; waiting and preemption do not.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use bytes::Bytes;
use capwire::engine::Engine;
use capwire::{ActorOptions, Clock as _, SystemClock};
use capwire_conformance::guests;
use capwire_hostile::{Ending, Site, Subject, Wall, subjects};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use tokio::task::JoinSet;

const BUDGET: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(3_600);
/// More than the clocks of these tests jump, so that only the CPU budget ends a guest.
const FOREVER: Duration = Duration::from_secs(u32::MAX as u64);

fn options(cpu_budget: Duration) -> ActorOptions {
    let mut options = ActorOptions::default();
    options.cpu_budget = cpu_budget;
    options.deadline = FOREVER;
    options.start_deadline = FOREVER;
    options
}

/// A guest whose call is `body`, and which then answers.
fn guest(body: &str) -> Vec<u8> {
    let respond = "(call $__guest_response (i32.const 0) (i32.const 0)) (i32.const 1)";
    let data = r#"(data (i32.const 0) "test:hostileNap")"#;
    let text = guests::guest(&format!("{body} {respond}"), data);
    wat::parse_str(text).unwrap()
}

/// Waits two seconds in a host call.
const NAP: &str = "(drop (call $__host_call (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 12) (i32.const 12) (i32.const 3) (i32.const 0) (i32.const 0)))";

fn rounds(count: u32) -> String {
    format!(
        "(loop $again (br_if $again (i32.lt_u
            (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {count}))))"
    )
}

async fn call(
    engine: Arc<dyn Engine>,
    wall: &Wall,
    body: &str,
    options: ActorOptions,
) -> Result<(), Option<Ending>> {
    let site = Site::new(engine, wall).unwrap();
    let actor = site.sign(&guest(body)).await.unwrap();
    let actor = site.start(actor, options).await.unwrap();
    let result = site.host().call(actor, "compute", "").await;
    result.map(drop).map_err(|error| Ending::of(&error))
}

#[tokio::test(flavor = "current_thread")]
async fn waiting_two_seconds_does_not_count_as_computing() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let wall = Wall::default();
        let waited = call(engine, &wall, NAP, options(BUDGET)).await;
        assert_eq!(waited, Ok(()), "{name}");
    }
}

/// Sleeps until the monotonic clock has gone on by 120 ms, as TinyGo and Go do. The guest sleeps for
/// half of the rest each time, and at last for one millisecond.
const SLEEP: &str = "(local.set $end (i64.add (call $now) (i64.const 120000000)))
    (loop $again
        (i64.store (i32.const 1048) (i64.add (i64.const 1000000)
            (i64.shr_u (i64.sub (local.get $end) (call $now)) (i64.const 1))))
        (i32.store (i32.const 1040) (i32.const 1))
        (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096)))
        (br_if $again (i64.lt_s (call $now) (local.get $end))))";
const WASI: &str = r#"
    (import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $time (param i32 i64 i32) (result i32)))"#;

/// A guest that sleeps and then answers.
fn sleeper() -> Vec<u8> {
    let imports = guests::imports();
    let text = format!(
        r#"(module {imports} {WASI} (memory (export "memory") 1)
        (func $now (result i64)
            (drop (call $time (i32.const 1) (i64.const 1) (i32.const 512)))
            (i64.load (i32.const 512)))
        (func (export "__guest_call") (param i32 i32) (result i32) (local $end i64)
            {SLEEP}
            (call $__guest_response (i32.const 0) (i32.const 0)) (i32.const 1)))"#
    );
    wat::parse_str(text).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn sleeping_does_not_count_as_computing_g1() {
    let mut sleeps = JoinSet::new();
    for Subject { name, engine, .. } in subjects().unwrap() {
        sleeps.spawn(async move { (name, sleep(engine).await) });
    }
    for (name, (slept, took)) in sleeps.join_all().await {
        assert_eq!(slept.as_deref(), Ok(&b""[..]), "{name}");
        assert!(took >= Duration::from_millis(120), "{name}: {took:?}");
    }
}

/// Calls the sleeper. Returns its answer, and the time that it took.
async fn sleep(engine: Arc<dyn Engine>) -> (Result<Bytes, String>, Duration) {
    let site = Site::new(engine, &Wall::default()).unwrap();
    let actor = site.sign(&sleeper()).await.unwrap();
    let actor = site.start(actor, options(BUDGET)).await.unwrap();
    let clock = SystemClock::default();
    let before = clock.monotonic();
    let slept = site.host().call(actor, "sleep", "").await;
    let took = clock.monotonic() - before;
    (slept.map_err(|error| error.to_string()), took)
}

#[tokio::test(flavor = "current_thread")]
async fn waiting_after_the_first_slice_does_not_count_as_computing() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let body = [rounds(200_000), NAP.repeat(3)].concat();
        let waited = call(engine, &Wall::default(), &body, options(LONG)).await;
        assert_eq!(waited, Ok(()), "{name}");
    }
}

/// The wall clock jumps by ten seconds whenever the host reads it, once or twice for each slice. If
/// the host billed that time, the first slices would spend the budget. The deadlines leave room for
/// any number of slices, since their number depends on the machine's speed.
#[tokio::test(flavor = "current_thread")]
async fn time_of_other_threads_does_not_count_as_computing() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let wall = Wall::stuttering(Duration::from_secs(10));
        let mut options = options(Duration::from_secs(60));
        options.limits.slice = Duration::from_micros(100);
        let computed = call(engine, &wall, &rounds(2_000_000), options).await;
        assert_eq!(computed, Ok(()), "{name}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_guest_over_its_cpu_budget_is_stopped_on_a_loaded_machine() {
    let load = Load::new();
    for Subject { name, engine, .. } in subjects().unwrap() {
        let body = ["(loop $ever (br $ever))", NAP].concat();
        let computed = call(engine, &Wall::default(), &body, options(BUDGET)).await;
        assert_eq!(computed, Err(Some(Ending::CpuBudget)), "{name}");
    }
    drop(load);
}

/// Naps do not hide what is computed between them.
#[tokio::test(flavor = "current_thread")]
async fn computing_between_waits_adds_up() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let body = format!(
            "(loop $ever (local.set $i (i32.const 0)) {} {NAP} (br $ever))",
            rounds(10_000)
        );
        let computed = call(engine, &Wall::default(), &body, options(BUDGET)).await;
        assert_eq!(computed, Err(Some(Ending::CpuBudget)), "{name}");
    }
}

/// Twice as many threads as cores that compute for as long as this lives.
struct Load {
    over: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Load {
    fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let cores = thread::available_parallelism().unwrap().get();
        let burn = |_| {
            let over = Arc::clone(&over);
            thread::spawn(move || {
                while !over.load(Relaxed) {
                    std::hint::spin_loop();
                }
            })
        };
        let threads = (0..2 * cores).map(burn).collect();
        Self { over, threads }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}
