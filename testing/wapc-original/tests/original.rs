//! `wasmtime-provider` through the cases of `capwire-wapc-compat`, and as an engine of capwire.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

#[macro_use]
#[path = "../../../wapc-compat/tests/cases/mod.rs"]
mod cases;

use capwire_wapc::{
    CallError, EmptyWorld, Engine, Guest, HostCall, ResourceLimits, PlainGuest, Reply, Request, Step,
};
use capwire_wapc_compat::ProviderEngine;
use std::sync::Arc;
use wasmtime_provider::WasmtimeEngineProviderBuilder;

mod original {
    use super::{WasmtimeEngineProviderBuilder, cases};

    cases!(|wasm| Ok(Box::new(
        WasmtimeEngineProviderBuilder::new()
            .module_bytes(wasm)
            .build()?
    )));
}

fn engine() -> ProviderEngine {
    ProviderEngine::new("wasmtime-provider", |wasm| {
        let compiled = WasmtimeEngineProviderBuilder::new()
            .module_bytes(wasm)
            .build_pre()?;
        Ok(move || Ok(compiled.rehydrate(None)?))
    })
}

#[test]
fn it_has_plain_guests() {
    let module = engine().compile(&cases::guest()).unwrap();
    let mut host = |call: HostCall<'_>| {
        assert_eq!((call.binding, call.operation), ("binding", "pong"));
        Reply::data(call.payload.to_vec())
    };
    let limits = ResourceLimits::default();
    let mut guest = PlainGuest::start(&*module, &limits, Arc::new(EmptyWorld), &mut host).unwrap();
    let response = guest
        .call(Request::new("host", "payload"), &mut host)
        .unwrap();
    assert_eq!(response, "payload");
    match guest.call(Request::new("fail", ""), &mut host) {
        Err(CallError::Guest(error)) => assert_eq!(error.message, "no such thing"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_has_guests_that_wait() {
    let module = engine().compile(&cases::guest()).unwrap();
    let mut host = |_: HostCall<'_>| Reply::error("");
    let limits = ResourceLimits::default();
    let mut guest = Guest::start_with(&*module, &limits, Arc::new(EmptyWorld), &mut host).unwrap();
    let step = guest.call(Request::new("host", "payload")).unwrap();
    let Step::HostCall(pending) = step else {
        panic!("{step:?}");
    };
    assert_eq!(pending.call().payload(), "payload");
    let Step::Done(response) = pending.reply(Reply::data("waited for")).unwrap() else {
        panic!("it is not done");
    };
    assert_eq!(response, "waited for");
}
