//! The fake engine behaves as the seam promises, in both kinds of instances.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use bytes::Bytes;
use capwire_engine_fake::{Fake, Script, failure, module, standard};
use capwire_wapc::{
    CallError, CompileError, EmptyWorld, Engine, Guest, HostCall, HostCalls, LimitError, Misuse,
    PlainGuest, Reply, Request, ResourceLimits, StartError, StartStep, Step, TrapKind, Verdict,
};
use std::sync::Arc;

/// A host that has one answer and stops guests after some slices.
struct Answering {
    reply: Reply,
    slices: u32,
}

impl HostCalls for Answering {
    fn call(&mut self, call: HostCall<'_>) -> Reply {
        assert_eq!(
            (call.binding, call.namespace, call.operation),
            ("default", "keyvalue", "Get")
        );
        self.reply.clone()
    }

    fn slice_ended(&mut self) -> Verdict {
        match self.slices.checked_sub(1) {
            Some(left) => {
                self.slices = left;
                Verdict::Continue
            }
            None => Verdict::Stop,
        }
    }
}

fn answering(reply: Reply) -> Answering {
    Answering { reply, slices: 3 }
}

fn plain(fake: &Fake, script: &str) -> Result<PlainGuest, StartError> {
    let module = fake.compile(&module(script)).unwrap();
    let mut host = answering(Reply::data(""));
    PlainGuest::start(
        &*module,
        &ResourceLimits::default(),
        Arc::new(EmptyWorld),
        &mut host,
    )
}

fn suspendable(fake: &Fake, script: &str) -> Result<StartStep, StartError> {
    let module = fake.compile(&module(script)).unwrap();
    Guest::start(&*module, &ResourceLimits::default(), Arc::new(EmptyWorld))
}

fn ready(step: Result<StartStep, StartError>) -> Guest {
    match step.unwrap() {
        StartStep::Ready(guest) => guest,
        StartStep::Yielded(_) => panic!("yielded"),
    }
}

/// Makes the same call of both kinds and returns what both answered.
fn both(operation: &str, payload: &Bytes, reply: &Reply) -> Result<Bytes, String> {
    let fake = Fake::new();
    let request = || Request::new(operation, payload.clone());
    let mut host = answering(reply.clone());
    let one = plain(&fake, standard::NAME)
        .unwrap()
        .call(request(), &mut host);
    let mut host = answering(reply.clone());
    let other = ready(suspendable(&fake, standard::NAME)).call_with(request(), &mut host);
    let [one, other] = [one, other].map(|result| result.map_err(|error| error.to_string()));
    assert_eq!(one, other);
    one
}

#[test]
fn guests_answer_and_fail() {
    let none = Reply::data("");
    assert_eq!(both("echo", &"hi".into(), &none).unwrap(), "hi");
    assert_eq!(both("fail", &"no".into(), &none).unwrap_err(), "no");
    assert!(
        both("what", &"".into(), &none)
            .unwrap_err()
            .contains("what")
    );
}

#[test]
fn guests_call_their_host() {
    let get = standard::host_call("default", "keyvalue", "Get", b"key");
    assert_eq!(both("call", &get, &Reply::data("value")).unwrap(), "value");
    assert_eq!(
        both("call", &get, &Reply::error("gone")).unwrap_err(),
        "gone"
    );
}

#[test]
fn guests_give_way_and_are_stopped() {
    let none = Reply::data("");
    assert_eq!(both("yield", &"3".into(), &none).unwrap(), "3");
    let stopped = LimitError::Interrupted.to_string();
    assert_eq!(both("yield", &"4".into(), &none).unwrap_err(), stopped);
    assert_eq!(both("spin", &"".into(), &none).unwrap_err(), stopped);
}

#[test]
fn memory_is_kept_between_calls_of_an_instance() {
    let fake = Fake::new();
    let mut host = answering(Reply::data(""));
    for _ in 0..2 {
        let mut guest = plain(&fake, standard::NAME).unwrap();
        for expected in ["1", "2"] {
            let count = guest.call(Request::new("count", ""), &mut host).unwrap();
            assert_eq!(count, expected);
        }
    }
}

#[test]
fn a_trap_kills_the_guest() {
    let mut host = answering(Reply::data(""));
    let mut guest = plain(&Fake::new(), standard::NAME).unwrap();
    match guest.call(Request::new("trap", ""), &mut host).unwrap_err() {
        CallError::Trap(trap) => assert_eq!(trap.kind(), TrapKind::Unreachable),
        other => panic!("{other}"),
    }
    let error = guest.call(Request::new("echo", ""), &mut host).unwrap_err();
    assert!(matches!(error, CallError::Misuse(Misuse::Dead)));
}

#[test]
fn a_start_may_fail_yield_and_is_refused_host_calls() {
    let fake = Fake::new()
        .with(
            "fails",
            standard::script().on_start(|_| async { Err(failure("not today")) }),
        )
        .with(
            "calls",
            standard::script()
                .on_start(|guest| async move { guest.host_call("", "", "", "").await.map(drop) }),
        )
        .with(
            "spins",
            standard::script().on_start(|guest| async move { guest.spin().await }),
        );
    for (script, expected) in [
        ("fails", "not today"),
        ("calls", "not available during start"),
    ] {
        for error in [
            plain(&fake, script).unwrap_err(),
            suspendable(&fake, script).unwrap_err(),
        ] {
            let StartError::Call(CallError::Guest(error)) = error else {
                panic!("{error}");
            };
            assert!(error.message.contains(expected));
        }
    }
    let StartStep::Yielded(starting) = suspendable(&fake, "spins").unwrap() else {
        panic!("started");
    };
    assert!(matches!(starting.resume().unwrap(), StartStep::Yielded(_)));
    let error = plain(&fake, "spins").unwrap_err();
    let StartError::Call(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(error.limit(), Some(LimitError::Interrupted));
}

#[test]
fn a_guest_dropped_while_suspended_is_gone() {
    let fake = Fake::new();
    let mut guest = ready(suspendable(&fake, standard::NAME));
    assert_eq!((fake.live_instances(), fake.made_instances()), (1, 1));
    let call = standard::host_call("", "", "", b"");
    let step = guest.call(Request::new("call", call)).unwrap();
    assert!(matches!(step, Step::HostCall(_)));
    drop(step);
    assert!(!guest.is_alive());
    drop(guest);
    assert_eq!((fake.live_instances(), fake.made_instances()), (0, 1));
}

#[test]
fn limits_and_modules_are_checked() {
    let fake = Fake::new().with("big", standard::script().memory_pages(2_000));
    let error = plain(&fake, "big").unwrap_err();
    assert!(matches!(
        error,
        StartError::Limit(LimitError::Memory { pages: 1_024 })
    ));
    for bytes in [&b"not wasm"[..], &module("unknown")] {
        let error = fake.compile(bytes).unwrap_err();
        assert!(matches!(
            error,
            CompileError::Invalid { engine: "fake", .. }
        ));
    }
}

#[test]
fn scripts_keep_what_they_captured() {
    let answers: Arc<[&str]> = Arc::new(["a", "b"]);
    let script = Script::new(move |guest, _| {
        let answers = Arc::clone(&answers);
        async move {
            let turn = guest.with_memory(|memory| {
                memory.push(0);
                memory.len() - 1
            });
            Ok(answers[turn].into())
        }
    });
    let mut guest = plain(&Fake::new().with("turns", script), "turns").unwrap();
    let mut host = answering(Reply::data(""));
    for answer in ["a", "b"] {
        assert_eq!(guest.call(Request::new("", ""), &mut host).unwrap(), answer);
    }
}
