//! One call that echoes its payload.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that cannot run should stop"
)]

mod exchange;

use criterion::{Criterion, criterion_group, criterion_main};

fn call(criterion: &mut Criterion) {
    exchange::bench(criterion, "call", "echo");
}

criterion_group!(benches, call);
criterion_main!(benches);
