//! Slices of computing: the host gets control back from every guest, whatever it does.

use crate::guests::guest;
use crate::harness::{TestHost, compile, each_kind};
use crate::starts::each_start;
use capwire_wapc::{
    CallError, EmptyWorld, Engine, Guest, HostCall, HostCalls, LimitError, Misuse, Paused, Reply,
    Request, ResourceLimits, StartError, StartStep, Step, Verdict,
};
use std::sync::Arc;

const SPIN: &str = "(loop $again (br $again)) unreachable";

/// Computes in rounds until the host has something against it, and counts them.
const ROUNDS: &str = "(loop $again
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (local.set $i (i32.const 10000))
    (loop $round (br_if $round (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (br_if $again (call $__host_call
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))";

/// Adds up numbers for a while.
const SUM: &str = "(local $i i32) (loop $again
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (local.get $i)))
    (br_if $again (i32.lt_u (local.get $i) (i32.const 1000000))))";
const TOTAL: u32 = (1_000_000_u64 * 1_000_001 / 2) as u32;

const RESPOND: &str = "(call $__guest_response (i32.const 0) (i32.const 4)) (i32.const 1)";

/// A guest that spins yields, again and again.
pub fn yields_again_and_again(engine: &dyn Engine) {
    let module = compile(engine, &guest(SPIN, ""));
    let mut guest = ready(Guest::start(&*module, &ResourceLimits::default(), world()).unwrap());
    let mut step = guest.call(Request::new("spin", "")).unwrap();
    for _ in 0..20 {
        step = paused(step).resume().unwrap();
    }
    drop(paused(step));
}

/// The host stops one when it likes.
pub fn guest_is_stopped(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for slices in [1, 5] {
            let mut host = TestHost::stopping_after(slices);
            let mut guest = setup.guest(&guest(SPIN, ""));
            let error = guest.call_with("spin", "", &mut host).unwrap_err();
            assert_interrupted(&error);
            assert_eq!(host.slices, slices);
        }
    });
}

/// A guest that was stopped is dead.
pub fn stopped_guest_is_dead(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(SPIN, ""));
        let mut host = TestHost::stopping_after(1);
        guest.call_with("spin", "", &mut host).unwrap_err();
        assert!(!guest.is_alive());
        let error = guest.call("spin", "").unwrap_err();
        assert!(matches!(error, CallError::Misuse(Misuse::Dead)));
    });
}

/// A call of several slices ends with the right answer.
pub fn long_call_ends(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(&format!("{ROUNDS} {RESPOND}"), ""));
        let mut host = ThreeSlices::default();
        let response = guest.call_with("rounds", "", &mut host).unwrap();
        assert_eq!(response, host.rounds.to_le_bytes()[..]);
    });
}

/// A guest that does nothing but call its host is stopped too.
pub fn endless_host_calls(engine: &dyn Engine) {
    let zeros = "(i32.const 0) ".repeat(8);
    let call = format!("(loop $again (drop (call $__host_call {zeros})) (br $again)) unreachable");
    assert_stopped(engine, &call);
}

/// A guest that only prints is stopped.
pub fn endless_console(engine: &dyn Engine) {
    let print = "(call $__console_log (i32.const 0) (i32.const 0))";
    assert_stopped(
        engine,
        &format!("(loop $again {print} (br $again)) unreachable"),
    );
}

/// A guest may be dropped when it yielded; whoever keeps it cannot call it again.
pub fn dropped_while_yielded(engine: &dyn Engine) {
    let module = compile(engine, &guest(SPIN, ""));
    for _ in 0..20 {
        let mut guest = ready(Guest::start(&*module, &ResourceLimits::default(), world()).unwrap());
        drop(paused(guest.call(Request::new("spin", "")).unwrap()));
        assert!(!guest.is_alive());
    }
}

/// Start functions that spin yield and can be stopped, those of the start section too.
pub fn spinning_starts(engine: &dyn Engine) {
    for start in each_start("(loop $again (br $again))") {
        let wat = guest("(i32.const 0)", &start);
        each_kind(engine, |setup| {
            let mut host = TestHost::stopping_after(3);
            match setup.start_with(&wat, &mut host).err() {
                Some(StartError::Call(error)) => assert_interrupted(&error),
                other => panic!("{other:?}"),
            }
        });
        let module = compile(engine, &wat);
        let mut step = Guest::start(&*module, &ResourceLimits::default(), world()).unwrap();
        for _ in 0..3 {
            step = match step {
                StartStep::Yielded(starting) => starting.resume().unwrap(),
                StartStep::Ready(_) => panic!("it started"),
            };
        }
    }
}

/// A start of several slices ends.
pub fn long_start_ends(engine: &dyn Engine) {
    for start in each_start(SUM) {
        each_kind(engine, |setup| {
            let mut guest = setup.guest(&guest(RESPOND, &start));
            assert_eq!(guest.call("sum", "").unwrap(), TOTAL.to_le_bytes()[..]);
        });
    }
}

/// A host that lets a guest go on for three slices.
#[derive(Default)]
struct ThreeSlices {
    slices: u32,
    rounds: u32,
}

impl HostCalls for ThreeSlices {
    fn call(&mut self, _: HostCall<'_>) -> Reply {
        self.rounds += 1;
        match self.slices {
            0..3 => Reply::data(""),
            _ => Reply::error("enough"),
        }
    }

    fn slice_ended(&mut self) -> Verdict {
        self.slices += 1;
        Verdict::Continue
    }
}

fn assert_stopped(engine: &dyn Engine, body: &str) {
    each_kind(engine, |setup| {
        let mut host = TestHost::stopping_after(2);
        let mut guest = setup.guest(&guest(body, ""));
        let error = guest.call_with("spin", "", &mut host).unwrap_err();
        assert_interrupted(&error);
    });
}

fn assert_interrupted(error: &CallError) {
    assert_eq!(error.limit(), Some(LimitError::Interrupted), "{error:?}");
}

fn ready(step: StartStep) -> Guest {
    match step {
        StartStep::Ready(guest) => guest,
        StartStep::Yielded(starting) => ready(starting.resume().unwrap()),
    }
}

fn paused(step: Step<'_>) -> Paused<'_> {
    match step {
        Step::Yielded(paused) => paused,
        other => panic!("{other:?}"),
    }
}

fn world() -> Arc<EmptyWorld> {
    Arc::new(EmptyWorld)
}
