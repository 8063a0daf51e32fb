//! Guests that are left, moved, many, and follow one another.

use crate::guests::{ECHO, RELAY, guest};
use crate::harness::{TestHost, TestWorld, compile, each_kind};
use bytes::Bytes;
use capwire_wapc::{
    CallError, EmptyWorld, Engine, Guest, Misuse, Module, Pending, Reply, Request, ResourceLimits,
    Step,
};
use std::sync::Arc;
use std::thread;

/// A guest may be dropped in a host call; whoever keeps it cannot call it again.
pub fn dropped_in_host_call(engine: &dyn Engine) {
    let module = compile(engine, RELAY);
    for _ in 0..200 {
        let mut guest = start(&*module);
        drop(asking(&mut guest, "left"));
        assert!(!guest.is_alive());
        let error = guest.call(Request::new("again", "")).unwrap_err();
        assert!(matches!(error, CallError::Misuse(Misuse::Dead)));
    }
    let mut guest = start(&*module);
    let done = asking(&mut guest, "kept").reply(Reply::data("answer"));
    assert_done(done.unwrap(), "answer");
}

/// Replies do not cross, in whatever order they come.
pub fn interleaved(engine: &dyn Engine) {
    let module = compile(engine, RELAY);
    let mut guests: Vec<Guest> = (0..10).map(|_| start(&*module)).collect();
    let mut pending: Vec<(Pending<'_>, String)> = guests
        .iter_mut()
        .zip(0..)
        .map(|(guest, number)| (asking(guest, &number.to_string()), number.to_string()))
        .collect();
    while let Some((last, number)) = pending.pop() {
        assert_eq!(*last.call().payload(), number.as_bytes());
        let step = last.reply(Reply::data(number.clone())).unwrap();
        assert_done(step, &number);
    }
    assert!(guests.iter().all(Guest::is_alive));
}

/// A guest may go on, and be dropped, on another thread than where it was suspended.
pub fn moved_between_threads(engine: &dyn Engine) {
    let module = compile(engine, RELAY);
    let mut guest = start(&*module);
    for _ in 0..10 {
        let pending = asking(&mut guest, "ask");
        thread::scope(|scope| {
            let moved = scope.spawn(|| pending.reply(Reply::data("answer")).unwrap());
            assert_done(moved.join().unwrap(), "answer");
        });
    }
    thread::scope(|scope| {
        let pending = asking(&mut guest, "ask");
        scope.spawn(|| drop(pending));
    });
    assert!(!guest.is_alive());
}

/// Guests of one module work on several threads at once.
pub fn many_threads(engine: &dyn Engine) {
    let module = compile(engine, ECHO);
    each_kind(engine, |setup| {
        thread::scope(|scope| {
            for thread in 0..4 {
                let (setup, module) = (setup.clone(), &*module);
                scope.spawn(move || {
                    for number in 0..10 {
                        let host = &mut TestHost::default();
                        let world = Arc::<TestWorld>::default();
                        let mut guest = setup.start_module(module, host, world).unwrap();
                        for call in 0..50 {
                            let payload = Bytes::from(format!("{thread} {number} {call}"));
                            assert_eq!(guest.call("echo", payload.clone()).unwrap(), payload);
                        }
                    }
                });
            }
        });
    });
}

/// A guest needs its module only to be made.
pub fn outlives_its_module(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let module = compile(engine, ECHO);
        let host = &mut TestHost::default();
        let mut guest = setup.start_module(&*module, host, Arc::default()).unwrap();
        drop(module);
        assert_eq!(guest.call("echo", "still").unwrap(), "still");
    });
}

/// If guests reuse the memory of earlier guests, nothing of these is left: neither memory, tables
/// and globals, nor dropped segments.
pub fn earlier_guests_leave_nothing(engine: &dyn Engine) {
    let fields = |data: &str| {
        format!(
            r#"(table $table 8 funcref) (elem (i32.const 7) $nothing) (func $nothing)
            (elem $functions func $nothing)
            (global $global (mut i64) (i64.const 7))
            (data (i32.const 1024) "{data}") (data $later "later") {STRANGE}"#
        )
    };
    let modules = ["one", "two"].map(|data| {
        let body = format!("{LOOK} {LEAVE_TRACES}");
        (data, compile(engine, &guest(&body, &fields(data))))
    });
    each_kind(engine, |setup| {
        for (data, module) in [0, 0, 1, 0, 1, 1, 0].map(|index| &modules[index]) {
            let host = &mut TestHost::default();
            let mut guest = setup.start_module(&**module, host, Arc::default());
            let guest = guest.as_mut().unwrap();
            let found = guest.call("look", "").unwrap();
            assert_eq!(found, [&[0; 8], data.as_bytes(), b"later"].concat());
            if *data == "two" {
                // The next guest follows one that trapped: it has dropped what it initialises from.
                guest.call("look", "").unwrap_err();
            }
        }
    });
}

/// Whatever a new guest should not have, as bits, in memory at 0, after which it responds with that,
/// and with its data.
const LOOK: &str = "
    (memory.init $later (i32.const 1027) (i32.const 0) (i32.const 5))
    (i64.store (i32.const 0) (call $strange))
    (memory.copy (i32.const 8) (i32.const 1024) (i32.const 8))
    (call $__guest_response (i32.const 0) (i32.const 16))";

const STRANGE: &str = "
    (func $strange (result i64) (local $bits i64) (local $i i32)
        (local.set $bits (i64.xor (global.get $global) (i64.const 7)))
        (local.set $bits (i64.or (local.get $bits) (i64.extend_i32_u (i32.or
            (i32.xor (memory.size) (i32.const 4)) (i32.xor (table.size $table) (i32.const 8))))))
        (loop $next
            (if (i32.eqz (ref.is_null (table.get $table (local.get $i))))
                (then (local.set $bits (i64.or (local.get $bits) (i64.const 1)))))
            (br_if $next (i32.lt_u
                (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 7))))
        (drop (memory.grow (i32.const 2)))
        (local.set $i (i32.const 1032))
        (loop $next
            (local.set $bits (i64.or (local.get $bits) (i64.load (local.get $i))))
            (br_if $next (i32.lt_u
                (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 0x60000))))
        (local.get $bits))";

const LEAVE_TRACES: &str = "
    (memory.fill (i32.const 0) (i32.const 0xff) (i32.shl (memory.size) (i32.const 16)))
    (global.set $global (i64.const -1))
    (table.init $table $functions (i32.const 0) (i32.const 0) (i32.const 1))
    (table.fill $table (i32.const 0) (ref.func $nothing) (i32.const 8))
    (drop (table.grow $table (ref.func $nothing) (i32.const 8)))
    (data.drop $later) (elem.drop $functions)
    (i32.const 1)";

fn start(module: &dyn Module) -> Guest {
    let host = &mut TestHost::default();
    Guest::start_with(
        module,
        &ResourceLimits::default(),
        Arc::new(EmptyWorld),
        host,
    )
    .unwrap()
}

fn asking<'g>(guest: &'g mut Guest, payload: &str) -> Pending<'g> {
    let request = Request::new("relay", payload.to_owned());
    match awake(guest.call(request).unwrap()) {
        Step::HostCall(pending) => pending,
        other => panic!("{other:?}"),
    }
}

fn assert_done(step: Step<'_>, expected: &str) {
    match awake(step) {
        Step::Done(response) => assert_eq!(response, expected),
        other => panic!("{other:?}"),
    }
}

/// If a clock measures slices, any slice may end early on a busy machine.
fn awake(mut step: Step<'_>) -> Step<'_> {
    while let Step::Yielded(paused) = step {
        step = paused.resume().unwrap();
    }
    step
}
