//! Tests that a pool's slot shows nothing of the guest that used it before. The pool has one slot.

#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_conformance::{lifecycle, traps};
use capwire_engine_wasmtime::{Allocation, Strategy, Wasmtime};

const STRATEGIES: &[Strategy] = &[
    Strategy::Cranelift,
    #[cfg(feature = "winch")]
    Strategy::Winch,
    Strategy::Pulley,
];

#[test]
fn a_pooled_instance_shows_nothing_of_the_guest_before() {
    for strategy in STRATEGIES {
        for shared in [true, false] {
            let engine = Wasmtime::builder().strategy(*strategy).pooling(1);
            let engine = engine.copy_on_write(shared).build().unwrap();
            assert_eq!(engine.allocation(), Allocation::Pool { instances: 1 });
            eprintln!("{strategy:?}, pages are shared: {shared}"); // only seen when it fails
            lifecycle::earlier_guests_leave_nothing(&engine);
            traps::kinds(&engine);
        }
    }
}
