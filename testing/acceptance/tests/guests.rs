//! Guests that capwire did not build: the stock waPC library, WASI, and thirty lines by hand.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire::engine::{Wasmi, Wasmtime};
use capwire::wapc::{
    CallError, EmptyWorld, Engine, Guest, HostCall, NoEntropy, Reply, Request, ResourceLimits,
    StartStep, World,
};
use capwire_acceptance::guest;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn the_stock_library_runs_on_every_engine() {
    let wasm = std::fs::read(guest("guest_stock.wasm")).unwrap();
    on_every_engine(|engine| {
        let mut guest = start(engine, &wasm, Arc::new(EmptyWorld));
        assert_eq!(
            call(&mut guest, "echo", b"\0\xFF any bytes").unwrap(),
            b"\0\xFF any bytes"
        );
        assert_eq!(
            call(&mut guest, "relay", b"ping").unwrap(),
            b"Relay of ping"
        );
        let error = call(&mut guest, "fail", b"").unwrap_err();
        assert!(
            error.to_string().contains("it failed on purpose"),
            "{error}"
        );
        let error = call(&mut guest, "nothing", b"").unwrap_err();
        assert_eq!(
            error.to_string(),
            "No handler registered for function nothing"
        );
        assert_eq!(call(&mut guest, "echo", b"alive").unwrap(), b"alive");
    });
}

#[test]
fn a_wasi_guest_sees_an_empty_world_on_every_engine() {
    let wasm = std::fs::read(guest("guest_wasi.wasm")).unwrap();
    on_every_engine(|engine| {
        let world = Arc::new(Console::default());
        let mut guest = start(engine, &wasm, world.clone());
        let seen = call(&mut guest, "world", b"four").unwrap();
        let expected = "arguments=false clock=true environment=false files=false";
        assert_eq!(String::from_utf8(seen).unwrap(), expected);
        assert_eq!(*world.lines.lock().unwrap(), ["printed 4 bytes"]);
    });
}

#[test]
fn a_guest_by_hand_runs_on_every_engine() {
    let wasm = wat::parse_str(include_str!("../../guests/hello.wat")).unwrap();
    on_every_engine(|engine| {
        let mut guest = start(engine, &wasm, Arc::new(EmptyWorld));
        assert_eq!(call(&mut guest, "hello", b"world").unwrap(), b"hello world");
        assert_eq!(
            call(&mut guest, "relay", b"ping").unwrap(),
            b"Relay of ping"
        );
    });
}

fn on_every_engine(test: impl Fn(&dyn Engine)) {
    test(&Wasmi::new());
    test(&Wasmtime::new().unwrap());
}

fn start(engine: &dyn Engine, wasm: &[u8], world: Arc<dyn World>) -> Guest {
    let module = engine.compile(wasm).unwrap();
    let mut step = Guest::start(&*module, &ResourceLimits::default(), world).unwrap();
    loop {
        step = match step {
            StartStep::Ready(guest) => return guest,
            StartStep::Yielded(starting) => starting.resume().unwrap(),
        };
    }
}

fn call(guest: &mut Guest, operation: &str, payload: &'static [u8]) -> Result<Vec<u8>, CallError> {
    let mut host = |call: HostCall<'_>| {
        assert_eq!(call.namespace, "test:relay");
        let payload = String::from_utf8_lossy(call.payload);
        Reply::data(format!("{} of {payload}", call.operation))
    };
    let response = guest.call_with(Request::new(operation, payload), &mut host)?;
    Ok(response.to_vec())
}

/// A world with a clock, in which the console is kept.
#[derive(Default)]
struct Console {
    lines: Mutex<Vec<String>>,
}

impl World for Console {
    fn console(&self, line: &str) {
        self.lines.lock().unwrap().push(line.to_owned());
    }

    fn realtime(&self) -> Duration {
        Duration::from_secs(1_600_000_000)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        buffer.fill(7);
        Ok(())
    }
}
