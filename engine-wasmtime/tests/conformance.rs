//! Runs the conformance suite with each option of this engine.

#![allow(clippy::expect_used, reason = "tests")]

use capwire_engine_wasmtime::{Allocation, Strategy, Wasmtime, WasmtimeBuilder};

fn build(options: WasmtimeBuilder) -> Wasmtime {
    options.build().expect("this machine supports wasmtime")
}

mod cranelift {
    capwire_conformance::suite!(
        super::build(super::Wasmtime::builder()),
        include_str!("skipped.txt")
    );
}

#[cfg(feature = "winch")]
mod winch {
    capwire_conformance::suite!(
        super::build(super::Wasmtime::builder().strategy(super::Strategy::Winch)),
        include_str!("skipped.txt")
    );
}

mod pulley {
    capwire_conformance::suite!(
        super::build(super::Wasmtime::builder().strategy(super::Strategy::Pulley)),
        include_str!("skipped.txt")
    );
}

mod pooling {
    use super::{Allocation, Wasmtime};

    capwire_conformance::suite!(engine(), include_str!("skipped.txt"));

    fn engine() -> Wasmtime {
        let engine = super::build(Wasmtime::builder().pooling(50));
        assert_eq!(engine.allocation(), Allocation::Pool { instances: 50 });
        engine
    }
}

mod copies {
    capwire_conformance::suite!(
        super::build(super::Wasmtime::builder().copy_on_write(false)),
        include_str!("skipped.txt")
    );
}
