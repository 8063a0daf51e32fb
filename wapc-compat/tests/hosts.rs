//! Runs capwire's engines under `wapc::WapcHost`: the cases that `wasmtime-provider` passes as
//! well (`testing/external/wapc-original`), and the behaviour that capwire adds.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

#[macro_use]
mod cases;

use capwire_engine_wasmi::Wasmi;
use capwire_engine_wasmtime::Wasmtime;
use capwire_wapc::{CompileError, ResourceLimits};
use capwire_wapc_compat::EngineProvider;
use cases::{failure, guest, number};
use std::time::Duration;
use wapc::WapcHost;
use wapc::errors::Error;

mod wasmtime {
    use super::{EngineProvider, Wasmtime, cases};

    cases!(|wasm| Ok(Box::new(EngineProvider::new(Wasmtime::new()?, wasm)?)));
}

mod wasmi {
    use super::{EngineProvider, Wasmi, cases};

    cases!(|wasm| Ok(Box::new(EngineProvider::new(Wasmi::new(), wasm)?)));
}

fn provider() -> EngineProvider {
    EngineProvider::new(Wasmi::new(), &guest()).unwrap()
}

fn calls(host: &WapcHost) -> u32 {
    number(&host.call("calls", b"").unwrap())
}

#[test]
fn a_guest_that_computes_for_too_long_is_stopped() {
    let provider = provider().computing_time(Duration::from_millis(20));
    let host = WapcHost::new(Box::new(provider), None).unwrap();
    // The text that programs look for.
    let text = "guest code interrupted, execution deadline exceeded";
    assert_eq!(failure(host.call("endless", b"")), text);
    assert_eq!(calls(&host), 1);
}

#[test]
fn a_guest_gets_no_more_memory_than_it_may_have() {
    let host = WapcHost::new(Box::new(provider()), None).unwrap();
    assert_eq!(host.call("grow", b"").unwrap(), (-1_i32).to_le_bytes());
    let mut limits = ResourceLimits::default();
    limits.memory_pages = 20_000;
    let host = WapcHost::new(Box::new(provider().limits(limits)), None).unwrap();
    assert_eq!(host.call("grow", b"").unwrap(), 1_i32.to_le_bytes());
}

#[test]
fn a_new_guest_answers_after_a_trap() {
    let host = WapcHost::new(Box::new(provider()), None).unwrap();
    assert_eq!((calls(&host), calls(&host)), (1, 2));
    let text = failure(host.call("trap", b""));
    assert!(text.contains("unreachable"), "{text}");
    assert_eq!(calls(&host), 1);
}

#[test]
fn a_wild_pointer_is_an_error_of_its_call() {
    let host = WapcHost::new(Box::new(provider()), None).unwrap();
    let text = failure(host.call("wild", b""));
    assert!(text.contains("outside the guest's memory"), "{text}");
    assert_eq!(calls(&host), 1);
}

#[test]
fn a_module_that_does_not_start_replaces_nothing() {
    let host = WapcHost::new(Box::new(provider()), None).unwrap();
    let wasm = wat::parse_str(
        r#"(module
            (memory (export "memory") 1)
            (func (export "wapc_init") unreachable)
            (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))"#,
    );
    let refused = host.replace_module(&wasm.unwrap());
    assert!(matches!(refused, Err(Error::ReplacementFailed(_))));
    assert_eq!(calls(&host), 1);
}

#[test]
fn a_module_beyond_the_limits_is_not_compiled() {
    let wasm = format!("(module {})", "(func)".repeat(50_001));
    let wasm = wat::parse_str(wasm).unwrap();
    let refused = EngineProvider::new(Wasmi::new(), &wasm).unwrap_err();
    assert!(matches!(refused, CompileError::TooLarge { .. }));

    let host = WapcHost::new(Box::new(provider()), None).unwrap();
    let refused = host.replace_module(&wasm).unwrap_err();
    assert!(refused.to_string().contains("50001 functions"), "{refused}");
    assert_eq!(calls(&host), 1);
}

#[test]
fn a_clone_is_a_guest_of_its_own() {
    let provider = provider();
    let [one, two] = [(); 2].map(|()| WapcHost::new(Box::new(provider.clone()), None).unwrap());
    assert_eq!((calls(&one), calls(&one), calls(&two)), (1, 2, 1));
}

#[test]
fn a_call_before_initialisation_is_an_error() {
    use wapc::WebAssemblyEngineProvider;
    let error = provider().call(0, 0).unwrap_err();
    assert!(error.to_string().contains("initialised"), "{error}");
}
