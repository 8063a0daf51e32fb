//! In which functions a trap happened.

use crate::guests::{guest, guest_with_imports};
use crate::harness::{Setup, TestHost, each_kind};
use crate::starts::each_start;
use capwire_wapc::{CallError, Engine, Frame, LimitError, Reply, StartError, Trap, abi};

/// The first function that is not imported: `__guest_call`.
const GUEST_CALL: u32 = abi::IMPORTS.len() as u32;

fn trap(setup: &Setup<'_>, wat: &str) -> Trap {
    trap_with(setup, wat, &mut TestHost::default())
}

fn trap_with(setup: &Setup<'_>, wat: &str, host: &mut TestHost) -> Trap {
    match setup.guest(wat).call_with("any", "", host).unwrap_err() {
        CallError::Trap(trap) => trap,
        other => panic!("{other:?}"),
    }
}

fn names(trap: &Trap) -> Vec<&str> {
    trap.frames().iter().filter_map(Frame::name).collect()
}

/// They are named from the innermost outwards, and the trap's text has them.
pub fn functions(engine: &dyn Engine) {
    let more = r#"
        (func $greatest (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
        (func $"shop::sum of all" (result i32) (call $greatest (i32.const 0)))"#;
    let wat = guest(r#"(call $"shop::sum of all")"#, more);
    each_kind(engine, |setup| {
        let trap = trap(&setup, &wat);
        assert_eq!(names(&trap)[..2], ["greatest", "shop::sum of all"]);
        let indices: Vec<u32> = trap.frames().iter().map(Frame::index).collect();
        assert_eq!(indices, [GUEST_CALL + 1, GUEST_CALL + 2, GUEST_CALL]);
        let text = "the guest divided by zero\n  in greatest\n  in shop::sum of all\n  in ";
        assert!(trap.to_string().starts_with(text), "{trap}");
    });
}

/// A guest that its host stops names the functions in which it was stopped.
pub fn stopped(engine: &dyn Engine) {
    let more = r#"
        (func $spins (loop $again (br $again)))
        (func $"shop::wait" (call $spins))"#;
    let wat = guest(r#"(call $"shop::wait") unreachable"#, more);
    each_kind(engine, |setup| {
        // More slices than there are interrupt points before the loop: each slice passes one.
        let mut host = TestHost::stopping_after(8);
        let error = setup
            .guest(&wat)
            .call_with("any", "", &mut host)
            .unwrap_err();
        assert_eq!(error.limit(), Some(LimitError::Interrupted), "{error}");
        let indices: Vec<u32> = error.frames().iter().map(Frame::index).collect();
        assert_eq!(
            indices,
            [GUEST_CALL + 1, GUEST_CALL + 2, GUEST_CALL],
            "{error}"
        );
        let text = "CPU budget exceeded\n  in spins\n  in shop::wait\n  in ";
        assert!(error.to_string().starts_with(text), "{error}");
    });
}

/// A function without a name appears with its index.
pub fn without_names(engine: &dyn Engine) {
    let guest = |index: u32| {
        format!(
            r#"(module (memory (export "memory") 1)
              (func (result i32) unreachable)
              (func (export "__guest_call") (param i32 i32) (result i32) (call {index})))"#
        )
    };
    each_kind(engine, |setup| {
        let trap = trap(&setup, &guest(0));
        let innermost = &trap.frames()[0];
        assert_eq!((innermost.index(), innermost.name()), (0, None));
        assert!(trap.to_string().contains("\n  in function 0\n"), "{trap}");
    });
}

/// The backtrace of a deep stack names the innermost functions.
pub fn deep(engine: &dyn Engine) {
    let more = "(func $deeper (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then unreachable))
        (i32.add (i32.const 1) (call $deeper (i32.sub (local.get 0) (i32.const 1)))))";
    let wat = guest("(call $deeper (i32.const 1000))", more);
    each_kind(engine, |setup| {
        let trap = trap(&setup, &wat);
        let names = names(&trap);
        assert!((2..=100).contains(&names.len()), "{names:?}");
        assert!(names.iter().all(|name| *name == "deeper"), "{names:?}");
    });
}

/// A name is whatever a module says. It is cut, and cannot steer a terminal.
pub fn hostile_names(engine: &dyn Engine) {
    let long = "x".repeat(100_000);
    let more = format!(
        r#"(func $"\1b[2J\0aerror: {long}" unreachable) (func $"\e2\80\ae" (call $"\1b[2J\0aerror: {long}"))"#
    );
    let wat = guest(r#"(call $"\e2\80\ae") (i32.const 1)"#, &more);
    each_kind(engine, |setup| {
        let trap = trap(&setup, &wat);
        let names = names(&trap);
        assert!(names[0].starts_with(r"\u{1b}[2J\nerror: xxx"), "{names:?}");
        assert!(names[0].len() < 1_000);
        assert_eq!(names[1], r"\u{202e}");
        assert_eq!(trap.to_string().lines().count(), 1 + trap.frames().len());
    });
}

/// Functions that have returned, however they did, are not named. What is called through a table is,
/// and that the guest waited for its host changes nothing.
pub fn paths(engine: &dyn Engine) {
    let span = "(i32.const 0)".repeat(2);
    let more = format!(
        r#"(type $called (func (param i32) (result i32)))
        (table funcref (elem $returns $waits))
        (func $returns (param i32) (result i32)
            (if (local.get 0) (then (return (i32.const 7))))
            (block (call $nested) (br 0) (call $nested)) (call $nested) (i32.const 8))
        (func $nested (nop))
        (func $waits (param i32) (result i32)
            (drop (call_indirect (type $called) (i32.const 1) (i32.const 0)))
            (drop (call $__host_call {span} {span} {span} {span}))
            (drop (call $returns (i32.const 0)))
            (i32.div_u (i32.const 1) (local.get 0)))"#
    );
    let wat = guest(
        "(call_indirect (type $called) (i32.const 0) (i32.const 1))",
        &more,
    );
    each_kind(engine, |setup| {
        let mut host = TestHost::replying([Reply::data("")]);
        let trap = trap_with(&setup, &wat, &mut host);
        let indices: Vec<u32> = trap.frames().iter().map(Frame::index).collect();
        assert_eq!(indices, [GUEST_CALL + 3, GUEST_CALL], "{trap}");
        assert_eq!(host.calls.len(), 1);
    });
}

/// If an import ends a guest, the backtrace names the function that called the import.
pub fn imports(engine: &dyn Engine) {
    let zeros = "(i32.const 0)".repeat(4);
    for (import, end) in [
        (
            r#"(import "env" "abort" (func $end (param i32 i32 i32 i32)))"#,
            format!("(call $end {zeros})"),
        ),
        (
            r#"(import "wasi_snapshot_preview1" "proc_exit" (func $end (param i32)))"#,
            "(call $end (i32.const 3))".into(),
        ),
    ] {
        let more = format!("(func $ends {end})");
        let wat = guest_with_imports(import, "(call $ends) (i32.const 1)", &more);
        each_kind(engine, |setup| {
            let trap = trap(&setup, &wat);
            assert_eq!(names(&trap)[0], "ends", "{trap}");
            assert_eq!(trap.frames().len(), 2, "{trap}");
        });
    }
}

/// A backtrace contains no functions of an earlier call that ended with an exit.
pub fn exits(engine: &dyn Engine) {
    let exit = r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#;
    each_kind(engine, |setup| {
        for start in each_start("(call $ends)") {
            let more = format!(
                "{start} (func $ends (call $exit (i32.const 0))) (func $fails unreachable)"
            );
            let wat = guest_with_imports(exit, "(call $fails) (i32.const 1)", &more);
            let trap = trap(&setup, &wat);
            assert_eq!(names(&trap)[0], "fails", "{trap}");
            assert_eq!(trap.frames().len(), 2, "{trap}");
        }
    });
}

/// An engine that does bulk memory instructions in pieces names the function that has them, and
/// nothing of its own.
pub fn bulk(engine: &dyn Engine) {
    let more = "(func $clear (param i32) (memory.fill (i32.const 8) (i32.const 0) (local.get 0)))
        (func $copy (param i32) (memory.copy (i32.const 8) (i32.const 16) (local.get 0)))";
    each_kind(engine, |setup| {
        for name in ["clear", "copy"] {
            let wat = guest(
                &format!("(call ${name} (i32.const -1)) (i32.const 1)"),
                more,
            );
            let trap = trap(&setup, &wat);
            assert_eq!(names(&trap)[0], name, "{trap}");
            assert_eq!(trap.frames().len(), 2, "{trap}");
        }
    });
}

/// Start functions have names, too.
pub fn start(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for start in each_start("(call $prepare)") {
            let wat = guest(
                "(i32.const 0)",
                &format!("{start} (func $prepare unreachable)"),
            );
            match setup.start(&wat) {
                Err(StartError::Call(CallError::Trap(trap))) => {
                    assert_eq!(names(&trap)[0], "prepare");
                }
                Err(other) => panic!("{other:?}"),
                Ok(_) => panic!("it started"),
            }
        }
    });
}
