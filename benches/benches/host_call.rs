//! One call with one host call in it, both with the same payload.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that cannot run should stop"
)]

mod exchange;

use criterion::{Criterion, criterion_group, criterion_main};

fn host_call(criterion: &mut Criterion) {
    exchange::bench(criterion, "host_call", "relay");
}

criterion_group!(benches, host_call);
criterion_main!(benches);
