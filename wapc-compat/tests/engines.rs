//! Engines of the crate `wapc` as engines of capwire.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire_engine_wasmi::Wasmi;
use capwire_host::{ErrorKind, Host};
use capwire_wapc::{
    CallError, CompileError, EmptyWorld, Engine, Guest, HostCall, Misuse, Module, PlainGuest,
    Reply, Request, ResourceLimits, StartError, Step, TrapKind,
};
use capwire_wapc_compat::{EngineProvider, ProviderEngine};
use std::sync::Arc;
use wapc::{ModuleState, WebAssemblyEngineProvider};

/// wasmi, as far as `wapc` lets it through.
fn engine() -> ProviderEngine {
    ProviderEngine::new("wasmi for wapc", |wasm| {
        let provider = EngineProvider::new(Wasmi::new(), wasm)?;
        Ok(move || Ok(provider.clone()))
    })
}

/// Cases of the conformance suite that need neither limits nor a console, nor a trap that is told
/// from a guest's error.
const CASES: [(&str, &[&str]); 3] = [
    (
        "calls",
        &[
            "request_arrives",
            "empty_request",
            "large_payload",
            "every_byte",
            "last_response",
            "empty_response",
            "request_is_optional",
            "memory_is_kept",
            "memory_is_its_own",
            "many",
            "nothing_is_left_over",
            "grown_memory",
        ],
    ),
    (
        "errors",
        &[
            "rules",
            "last_error",
            "empty_error",
            "not_utf8",
            "error_of_before",
            "guest_survives",
        ],
    ),
    (
        "host_calls",
        &[
            "one",
            "many",
            "reply_with_data",
            "reply_with_error",
            "empty_replies",
            "replies_replace_each_other",
            "large_payloads",
        ],
    ),
];

#[test]
fn the_conversation_is_that_of_any_engine() {
    for (group, cases) in CASES {
        for case in cases {
            eprintln!("{group}::{case}");
            capwire_conformance::run(&engine(), group, case);
        }
    }
}

/// Asks its host, and responds with the reply.
const ASKS: &str = r#"(module
    (import "wapc" "__host_call"
        (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "wapc" "__host_response_len" (func $length (result i32)))
    (import "wapc" "__host_response" (func $fetch (param i32)))
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (memory (export "memory") 1)
    (func (export "__guest_call") (param i32 i32) (result i32)
        (drop (call $host_call
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
        (call $fetch (i32.const 0))
        (call $respond (i32.const 0) (call $length))
        (i32.const 1)))"#;

fn module(engine: &dyn Engine) -> Arc<dyn Module> {
    engine.compile(&wat::parse_str(ASKS).unwrap()).unwrap()
}

fn plain(module: &dyn Module) -> Result<PlainGuest, StartError> {
    let mut host = |_: HostCall<'_>| Reply::error("");
    PlainGuest::start(
        module,
        &ResourceLimits::default(),
        Arc::new(EmptyWorld),
        &mut host,
    )
}

fn suspendable(module: &dyn Module) -> Guest {
    let mut host = |_: HostCall<'_>| Reply::error("");
    Guest::start_with(
        module,
        &ResourceLimits::default(),
        Arc::new(EmptyWorld),
        &mut host,
    )
    .unwrap()
}

#[test]
fn a_suspended_guest_moves_between_threads() {
    let mut guest = suspendable(&*module(&engine()));
    for answer in ["one", "two"] {
        let step = guest.call(Request::new("ask", "")).unwrap();
        let Step::HostCall(pending) = step else {
            panic!("{step:?}");
        };
        let step = std::thread::scope(|scope| {
            let reply = scope.spawn(|| pending.reply(Reply::data(answer)));
            reply.join().unwrap().unwrap()
        });
        let Step::Done(response) = step else {
            panic!("{step:?}");
        };
        assert_eq!(response, answer);
    }
}

#[test]
fn a_call_that_is_abandoned_ends_the_guest() {
    let module = module(&engine());
    let mut guest = suspendable(&*module);
    drop(guest.call(Request::new("ask", "")).unwrap());
    let again = guest.call(Request::new("ask", ""));
    assert!(matches!(again, Err(CallError::Misuse(Misuse::Dead))));
}

/// An engine that panics in a call, as `wasmtime-provider` does on a bad pointer of a guest.
struct Panics;

impl WebAssemblyEngineProvider for Panics {
    fn init(
        &mut self,
        _: Arc<ModuleState>,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn call(&mut self, _: i32, _: i32) -> Result<i32, Box<dyn std::error::Error + Send + Sync>> {
        panic!("on purpose")
    }

    fn replace(&mut self, _: &[u8]) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

#[test]
fn an_engine_that_panics_loses_its_guest_and_nothing_else() {
    let engine = ProviderEngine::new("panics", |_| Ok(|| Ok(Panics)));
    let mut guest = plain(&*module(&engine)).unwrap();
    let mut host = |_: HostCall<'_>| Reply::error("");
    match guest.call(Request::new("any", ""), &mut host) {
        Err(CallError::Trap(trap)) => assert_eq!(trap.kind(), TrapKind::Other),
        other => panic!("{other:?}"),
    }
    assert!(!guest.is_alive());
}

#[test]
fn what_an_engine_refuses_is_told_with_its_name_and_words() {
    let engine = ProviderEngine::new("picky", |wasm| match wasm {
        [] => Err("it is empty".into()),
        _ => Ok(|| Err::<Panics, _>("no room".into())),
    });
    let Err(CompileError::Invalid {
        engine: name,
        source,
    }) = engine.compile(b"")
    else {
        panic!("the module is accepted");
    };
    assert_eq!(
        (name, source.to_string().as_str()),
        ("picky", "it is empty")
    );
    let error = plain(&*module(&engine)).unwrap_err();
    assert!(matches!(error, StartError::Call(CallError::Trap(_))));
}

#[test]
fn a_host_refuses_an_engine_that_enforces_nothing() {
    let error = Host::builder(engine()).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Engine);
    let insisting = Host::builder(engine()).accept_unsafe_engine();
    insisting.accept_unenforced_limits().build().unwrap();
}
