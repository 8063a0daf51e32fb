//! Drives a guest without an async runtime: `cargo run -p capwire-wapc --example sync_host`.
//!
//! The engine is scripted, because this crate depends on none. `capwire-engine-wasmi` and
//! `capwire-engine-wasmtime` fit in its place.
#![expect(clippy::print_stdout, reason = "an example shows its outcome")]

use capwire_engine_fake::{Fake, module, standard};
use capwire_wapc::{
    EmptyWorld, Engine, HostCall, HostCalls, LimitError, PlainGuest, Reply, Request,
    ResourceLimits, Verdict,
};
use std::error::Error;
use std::sync::Arc;

/// Answers the guest's host calls, and stops a guest after some slices of computing.
struct Shop {
    slices: u32,
}

impl HostCalls for Shop {
    fn call(&mut self, call: HostCall<'_>) -> Reply {
        match (call.namespace, call.operation) {
            ("acme:shop", "Price") => Reply::data("3.50"),
            _ => Reply::error("this host has no such operation"),
        }
    }

    fn slice_ended(&mut self) -> Verdict {
        self.slices = self.slices.saturating_sub(1);
        match self.slices {
            0 => Verdict::Stop,
            _ => Verdict::Continue,
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let module = Fake::new().compile(&module(standard::NAME))?;
    let limits = ResourceLimits::default();
    let world = Arc::new(EmptyWorld);
    let mut host = Shop { slices: 100 };
    let mut guest = PlainGuest::start(&*module, &limits, world, &mut host)?;

    let question = standard::host_call("default", "acme:shop", "Price", b"tea");
    let price = guest.call(Request::new("call", question), &mut host)?;
    println!("tea costs {price:?}");
    assert_eq!(price, "3.50");

    let endless = guest.call(Request::new("spin", ""), &mut host);
    let stopped = endless.err().and_then(|error| error.limit());
    assert_eq!(stopped, Some(LimitError::Interrupted));
    assert!(!guest.is_alive());
    Ok(())
}
