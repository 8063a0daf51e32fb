//! Tests that symbols of compilers become readable names of functions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use capwire_engine_wasmtime::Wasmtime;
use capwire_scaffold::start;
use capwire_wapc::{CallError, Engine, Frame, HostCall, Reply, Request};

#[test]
fn symbols_of_rust_are_made_readable() {
    for (symbol, name) in [
        ("_ZN4shop5count17h0123456789abcdefE", "shop::count"),
        ("_RNvCs1234_4shop5count", "shop::count"),
        ("_ZN4shop", "_ZN4shop"),
        ("shop::count", "shop::count"),
        ("sum of all", "sum of all"),
    ] {
        let wat = format!(
            r#"(module (memory (export "memory") 1)
              (func $"{symbol}" unreachable)
              (func (export "__guest_call") (param i32 i32) (result i32)
                (call $"{symbol}") (i32.const 1)))"#
        );
        let module = Wasmtime::new()
            .unwrap()
            .compile(&wat::parse_str(wat).unwrap());
        let mut host = |_: HostCall<'_>| Reply::error("");
        let mut guest = start(&*module.unwrap()).unwrap();
        let Err(CallError::Trap(trap)) = guest.call(Request::new("any", ""), &mut host) else {
            panic!("it traps");
        };
        assert_eq!(trap.frames().first().and_then(Frame::name), Some(name));
    }
}
