//! Tests of this engine's own behaviour: plain guests run on their caller's stack and use its host.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use capwire_conformance::guests::guest;
use capwire_engine_wasmtime::{MAX_PLAIN_STACK, Wasmtime};
use capwire_scaffold::start;
use capwire_wapc::{
    EmptyWorld, Engine, Guest, HostCall, Module, PlainGuest, Reply, Request, ResourceLimits,
    StartError,
};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

/// Returns a guest that calls its host once and responds with the reply.
fn asks() -> String {
    let body = "(drop (call $__host_call
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
        (call $__host_response (i32.const 0))
        (call $__guest_response (i32.const 0) (call $__host_response_len))
        (i32.const 1)";
    guest(body, "")
}

fn module() -> Arc<dyn Module> {
    let wasm = wat::parse_str(asks()).unwrap();
    Wasmtime::new().unwrap().compile(&wasm).unwrap()
}

fn ask(guest: &mut PlainGuest, mut host: impl FnMut() -> &'static str) -> String {
    let mut host = |_: HostCall<'_>| Reply::data(host());
    let response = guest.call(Request::new("ask", ""), &mut host).unwrap();
    String::from_utf8(response.into()).unwrap()
}

#[test]
fn a_host_may_call_another_guest_while_it_answers_one() {
    let module = module();
    let (mut outer, mut inner) = (start(&*module).unwrap(), start(&*module).unwrap());
    for _ in 0..2 {
        let mut heard = String::new();
        let response = ask(&mut outer, || {
            heard = ask(&mut inner, || "inner");
            "outer"
        });
        assert_eq!((heard.as_str(), response.as_str()), ("inner", "outer"));
    }
}

#[test]
fn a_host_that_panics_takes_its_guest_with_it_and_no_other() {
    let module = module();
    let (mut first, mut second) = (start(&*module).unwrap(), start(&*module).unwrap());
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        ask(&mut first, || panic!("on purpose"));
    }));
    assert!(panicked.is_err());
    assert!(!first.is_alive());
    assert_eq!(ask(&mut second, || "fine"), "fine");
}

#[test]
fn a_plain_guest_may_not_have_more_stack_than_threads_have() {
    let module = module();
    let mut limits = ResourceLimits::default();
    limits.stack_bytes = MAX_PLAIN_STACK + 1;
    let mut host = |_: HostCall<'_>| Reply::error("");
    let refused = PlainGuest::start(&*module, &limits, Arc::new(EmptyWorld), &mut host);
    assert!(matches!(refused, Err(StartError::Engine { .. })));
    Guest::start(&*module, &limits, Arc::new(EmptyWorld)).unwrap();
}
