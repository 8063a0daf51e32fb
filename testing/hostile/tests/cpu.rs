//! On every engine, computing counts against the CPU budget; waiting and preemption do not.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire::ActorOptions;
use capwire::engine::Engine;
use capwire_conformance::guests;
use capwire_hostile::{Ending, Site, Subject, Wall, subjects};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

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
