//! Start functions: `_start`, `_initialize`, `wapc_init` and the start section.

use crate::guests::guest as plain_guest;
use crate::harness::{Setup, TestGuest, TestHost, each_kind};
use crate::script::{RESULTS, SCRATCH, Script, guest, results, stored};
use bytes::Bytes;
use capwire_wapc::{CallError, Engine, ProtocolError, Reply, Span, StartError, TrapKind, abi};

const NOT_DURING_START: &str = "host calls are not available during start";

/// Each of the four as fields of a module, with the same body.
pub(crate) fn each_start(body: &str) -> [String; 4] {
    [
        format!("(start $start) (func $start {body})"),
        format!(r#"(func (export "_start") {body})"#),
        format!(r#"(func (export "_initialize") {body})"#),
        format!(r#"(func (export "wapc_init") {body})"#),
    ]
}

/// A guest each, which runs `script` in one of its start functions.
fn scripted(script: &Script) -> impl Iterator<Item = String> {
    let stored = stored(script);
    each_start("(drop (call $run))")
        .into_iter()
        .map(move |start| guest(&format!("{start} {stored}")))
}

/// They run in the order of waPC, whatever the order of their exports; the start section first.
pub fn order(engine: &dyn Engine) {
    let log = |name: &str, at: usize| {
        format!(r#"(func {name} (call $__console_log (i32.const {at}) (i32.const 1)))"#)
    };
    let wat = plain_guest(
        "(i32.const 0)",
        &[
            r#"(data (i32.const 0) "siwx")"#.to_owned(),
            log(r#"(export "wapc_init")"#, 2),
            log(r#"(export "_initialize")"#, 1),
            log(r#"(export "_start")"#, 0),
            log("$section", 3),
            "(start $section)".to_owned(),
        ]
        .concat(),
    );
    each_kind(engine, |setup| {
        let guest = setup.guest(&wat);
        assert_eq!(guest.world.lines(), ["x", "s", "i", "w"]);
    });
}

/// They run once, not before each call.
pub fn once(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let log = Script::new()
            .import_bytes(&abi::CONSOLE_LOG, b"started")
            .returns(0);
        for wat in scripted(&log) {
            let mut guest = setup.guest(&wat);
            for _ in 0..3 {
                Script::new().returns(0).run(&mut guest).unwrap_err();
            }
            assert_eq!(guest.world.lines(), ["started"]);
        }
    });
}

/// Calls see the effects of the start section.
pub fn start_section(engine: &dyn Engine) {
    let wat = plain_guest(
        "(call $__guest_response (i32.const 0) (i32.const 1)) (i32.const 1)",
        "(start $start) (func $start (i32.store8 (i32.const 0) (i32.const 65)))",
    );
    each_kind(engine, |setup| {
        assert_eq!(setup.guest(&wat).call("any", "").unwrap(), "A");
    });
}

/// Host calls are answered with an error while they run, and the host does not hear of them.
pub fn host_calls(engine: &dyn Engine) {
    let length = NOT_DURING_START.len() as u32;
    let script = Script::new()
        .host_call([b"default", b"keyvalue", b"Get", b"key"])
        .import(&abi::HOST_RESPONSE_LEN, &[])
        .import(&abi::HOST_ERROR_LEN, &[])
        .import(&abi::HOST_ERROR, &[SCRATCH])
        .returns(1);
    each_kind(engine, |setup| {
        for wat in scripted(&script) {
            let mut guest = setup.guest(&wat);
            let stored = read(&mut guest, Span::new(RESULTS, 12));
            assert_eq!(results(&stored), [0, 0, length]);
            let text = read(&mut guest, Span::new(SCRATCH, length));
            assert_eq!(text, NOT_DURING_START);
        }
    });
}

/// The console works.
pub fn console(engine: &dyn Engine) {
    let script = Script::new()
        .import_bytes(&abi::CONSOLE_LOG, b"hello")
        .returns(1);
    each_kind(engine, |setup| {
        for wat in scripted(&script) {
            assert_eq!(setup.guest(&wat).world.lines(), ["hello"]);
        }
    });
}

/// There is no request and nobody to respond to: to pretend so breaks the protocol.
pub fn wrong_order(engine: &dyn Engine) {
    for import in [&abi::GUEST_REQUEST, &abi::GUEST_RESPONSE, &abi::GUEST_ERROR] {
        let script = Script::new().import(import, &[SCRATCH, 1]).returns(1);
        each_kind(engine, |setup| {
            for wat in scripted(&script) {
                match failure(&setup, &wat) {
                    CallError::Protocol(ProtocolError::WrongOrder { import: named }) => {
                        assert_eq!(named, import.name);
                    }
                    other => panic!("{other:?}"),
                }
            }
        });
    }
}

/// A start function that traps fails the start.
pub fn traps(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for start in each_start("unreachable") {
            let wat = plain_guest("(i32.const 0)", &start);
            match failure(&setup, &wat) {
                CallError::Trap(trap) => assert_eq!(trap.kind(), TrapKind::Unreachable),
                other => panic!("{other:?}"),
            }
        }
    });
}

/// Pointers are checked as in calls.
pub fn bad_pointers(engine: &dyn Engine) {
    let outside = Span::new(u32::MAX, 1);
    let console = Script::new().import_span(&abi::CONSOLE_LOG, outside);
    let host_call = Script::new().host_call_spans([outside; 4]);
    each_kind(engine, |setup| {
        for script in [&console, &host_call] {
            for wat in scripted(&script.clone().returns(1)) {
                match failure(&setup, &wat) {
                    CallError::Protocol(ProtocolError::OutOfBounds { .. }) => {}
                    other => panic!("{other:?}"),
                }
            }
        }
    });
}

/// The refusal of host calls ends with the start.
pub fn own_calls_work_afterwards(engine: &dyn Engine) {
    let call = || Script::new().host_call([b""; 4]);
    each_kind(engine, |setup| {
        for wat in scripted(&call().returns(1)) {
            let mut guest = setup.guest(&wat);
            let mut host = TestHost::replying([Reply::data("")]);
            let script = call().respond_results(1).returns(1);
            let response = script.run_with(&mut guest, &mut host).unwrap();
            assert_eq!(results(&response), [1]);
        }
    });
}

/// Returns a part of the guest's memory as it was after the start.
fn read(guest: &mut TestGuest, span: Span) -> Bytes {
    let script = Script::new().respond(span).returns(1);
    script.run(guest).unwrap()
}

fn failure(setup: &Setup<'_>, wat: &str) -> CallError {
    match setup.start(wat) {
        Err(StartError::Call(error)) => error,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it started"),
    }
}
