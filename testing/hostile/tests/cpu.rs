//! What counts against a CPU budget, on every engine: computing does, waiting and being pushed
//! aside do not.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire::ActorOptions;
use capwire::engine::Engine;
use capwire_hostile::{Ending, Site, Subject, Wall, subjects};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const BUDGET: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(3_600);

fn options(cpu_budget: Duration) -> ActorOptions {
    let mut options = ActorOptions::default();
    options.cpu_budget = cpu_budget;
    options.deadline = LONG;
    options
}

/// A guest whose call is `body`, and which then answers.
fn guest(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
        (import "wapc" "__guest_response" (func $respond (param i32 i32)))
        (import "wapc" "__host_call"
            (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "test:hostileNap")
        (func (export "__guest_call") (param i32 i32) (result i32)
            (local $i i32)
            {body}
            (call $respond (i32.const 0) (i32.const 0))
            (i32.const 1)))"#
    );
    wat::parse_str(text).unwrap()
}

/// Waits two seconds in a host call.
const NAP: &str = "(drop (call $host_call (i32.const 0) (i32.const 0)
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
async fn a_guest_that_waits_two_seconds_has_not_computed() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let wall = Wall::default();
        let waited = call(engine, &wall, NAP, options(BUDGET)).await;
        assert_eq!(waited, Ok(()), "{name}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn nor_has_one_that_waits_after_its_first_slice() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let body = [rounds(200_000), NAP.repeat(3)].concat();
        let waited = call(engine, &Wall::default(), &body, options(LONG)).await;
        assert_eq!(waited, Ok(()), "{name}");
    }
}

/// The clock on the wall jumps by ten seconds whenever the host looks at it, which it does for
/// each slice; were they billed, the budget would be spent after the first ones.
#[tokio::test(flavor = "current_thread")]
async fn a_guest_that_others_push_aside_has_not_computed() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let wall = Wall::stuttering(Duration::from_secs(10));
        let mut options = options(Duration::from_secs(60));
        options.deadline = Duration::from_secs(u64::from(u32::MAX));
        options.limits.slice = Duration::from_micros(100);
        let computed = call(engine, &wall, &rounds(2_000_000), options).await;
        assert_eq!(computed, Ok(()), "{name}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_guest_that_computes_for_longer_is_stopped_on_a_loaded_machine_too() {
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
async fn what_is_computed_between_naps_adds_up() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let body = format!(
            "(loop $ever (local.set $i (i32.const 0)) {} {NAP} (br $ever))",
            rounds(10_000)
        );
        let computed = call(engine, &Wall::default(), &body, options_for_ever()).await;
        assert_eq!(computed, Err(Some(Ending::CpuBudget)), "{name}");
    }
}

fn options_for_ever() -> ActorOptions {
    let mut options = options(BUDGET);
    options.deadline = Duration::from_secs(u64::from(u32::MAX));
    options
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
