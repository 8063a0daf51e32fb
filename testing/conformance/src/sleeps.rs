//! Sleeping by WASI's `poll_oneoff`: a suspendable guest is suspended meanwhile, a plain one wakes at
//! once.

use crate::guests::guest_with_imports;
use crate::harness::{TestHost, TestWorld, compile, each_kind};
use crate::starts::each_start;
use capwire_wapc::{
    Asleep, Engine, Guest, HostCall, HostCalls, LimitError, Reply, Request, ResourceLimits, Step,
    Verdict,
};
use std::sync::Arc;
use std::time::Duration;

const IMPORT: &str = r#"(import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))"#;

/// Sleeps for the time at 24, and adds errno and the number of events to the word at 200.
const SLEEP: &str = "(i32.store (i32.const 200) (i32.add (i32.load (i32.const 200)) (i32.add
    (call $poll_oneoff (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 150))
    (i32.load (i32.const 150)))))";
const RESPOND: &str = "(call $__guest_response (i32.const 200) (i32.const 4)) (i32.const 1)";
const SECOND: Duration = Duration::from_secs(1);

/// A guest that sleeps on the monotonic clock for this many nanoseconds at a time.
fn sleeper(nanoseconds: u64, body: &str, more: &str) -> String {
    let time = nanoseconds
        .to_le_bytes()
        .map(|byte| format!("\\{byte:02x}"));
    let memory = format!(
        r#"(data (i32.const 16) "\01") (data (i32.const 24) "{}")"#,
        time.concat()
    );
    let sleep = format!("(func $sleep {SLEEP})");
    guest_with_imports(IMPORT, body, &format!("{memory} {sleep} {more}"))
}

fn twice() -> String {
    let body = format!("(i32.store (i32.const 200) (i32.const 0)) {SLEEP} {SLEEP} {RESPOND}");
    sleeper(1_000_000_000, &body, "")
}

/// The guest is suspended for the time that it asks for, and goes on.
pub fn suspends_g1(engine: &dyn Engine) {
    let mut guest = suspendable(engine, &twice());
    for _ in 0..3 {
        let mut step = guest.call(Request::new("sleep", "")).unwrap();
        for _ in 0..2 {
            let asleep = asleep(step);
            assert_eq!(asleep.time(), SECOND);
            step = asleep.wake().unwrap();
        }
        assert_done(step, 2);
    }
}

/// A host that runs a guest on its own stack may wait for it. A plain guest wakes at once.
pub fn both_kinds(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&twice());
        let response = guest.call("sleep", "").unwrap();
        assert_eq!(response, 2_u32.to_le_bytes()[..]);
    });
    let mut host = Sleeps::default();
    let mut guest = suspendable(engine, &twice());
    guest
        .call_with(Request::new("sleep", ""), &mut host)
        .unwrap();
    assert_eq!(host.0, [SECOND; 2]);
}

/// No time at all is no sleep. A guest that asks for it on and on is stopped.
pub fn no_time_at_all(engine: &dyn Engine) {
    let body = "(loop $again (call $sleep) (br $again)) unreachable";
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&sleeper(0, body, ""));
        let mut host = TestHost::stopping_after(2);
        let error = guest.call_with("sleep", "", &mut host).unwrap_err();
        assert_eq!(error.limit(), Some(LimitError::Interrupted), "{error:?}");
    });
}

/// Nor does a plain guest that sleeps on and on escape its slices.
pub fn plain_guests_yield(engine: &dyn Engine) {
    let body = "(loop $again (call $sleep) (br $again)) unreachable";
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&sleeper(1, body, ""));
        let mut host = TestHost::stopping_after(2);
        let error = guest.call_with("sleep", "", &mut host).unwrap_err();
        assert_eq!(error.limit(), Some(LimitError::Interrupted), "{error:?}");
    });
}

/// Start functions do not sleep: they wake at once.
pub fn start(engine: &dyn Engine) {
    for start in each_start("(call $sleep)") {
        let wat = sleeper(1_000_000_000, RESPOND, &start);
        each_kind(engine, |setup| {
            let mut guest = setup.guest(&wat);
            assert_eq!(guest.call("any", "").unwrap(), 1_u32.to_le_bytes()[..]);
        });
    }
}

/// A guest may be dropped while it sleeps; whoever keeps it cannot call it again.
pub fn dropped_while_asleep(engine: &dyn Engine) {
    for _ in 0..10 {
        let mut guest = suspendable(engine, &twice());
        drop(asleep(guest.call(Request::new("sleep", "")).unwrap()));
        assert!(!guest.is_alive());
    }
}

/// A guest may sleep between host calls, and wake on another thread.
pub fn with_host_calls(engine: &dyn Engine) {
    let zeros = "(i32.const 0) ".repeat(8);
    let call = format!("(drop (call $__host_call {zeros}))");
    let body = format!("{call} {SLEEP} {call} {RESPOND}");
    let mut guest = suspendable(engine, &sleeper(1_000_000_000, &body, ""));
    std::thread::scope(|scope| {
        let step = guest.call(Request::new("sleep", "")).unwrap();
        let step = replied(step);
        let woken = scope.spawn(|| asleep(step).wake().unwrap());
        assert_done(replied(woken.join().unwrap()), 1);
    });
}

/// A host that notes the times for which its guest sleeps.
#[derive(Default)]
struct Sleeps(Vec<Duration>);

impl HostCalls for Sleeps {
    fn call(&mut self, _: HostCall<'_>) -> Reply {
        Reply::error("nothing is here")
    }

    fn slice_ended(&mut self) -> Verdict {
        Verdict::Continue
    }

    fn sleep(&mut self, time: Duration) {
        self.0.push(time);
    }
}

fn suspendable(engine: &dyn Engine, wat: &str) -> Guest {
    let world = Arc::<TestWorld>::default();
    let module = compile(engine, wat);
    let host = &mut Sleeps::default();
    Guest::start_with(&*module, &ResourceLimits::default(), world, host).unwrap()
}

/// Resumes a guest whose slice is over, as may happen to any on a busy machine.
fn go_on(mut step: Step<'_>) -> Step<'_> {
    while let Step::Yielded(paused) = step {
        step = paused.resume().unwrap();
    }
    step
}

fn assert_done(step: Step<'_>, sum: u32) {
    match go_on(step) {
        Step::Done(response) => assert_eq!(response, sum.to_le_bytes()[..]),
        other => panic!("{other:?}"),
    }
}

fn asleep(step: Step<'_>) -> Asleep<'_> {
    match go_on(step) {
        Step::Sleeping(asleep) => asleep,
        other => panic!("{other:?}"),
    }
}

fn replied(step: Step<'_>) -> Step<'_> {
    match go_on(step) {
        Step::HostCall(pending) => pending.reply(Reply::data("")).unwrap(),
        other => panic!("{other:?}"),
    }
}
