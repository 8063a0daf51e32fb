//! One call of a guest that returns its payload.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that cannot run should stop"
)]

mod exchange;

use criterion::{Criterion, criterion_group, criterion_main};
use std::time::Duration;

fn call(criterion: &mut Criterion) {
    exchange::bench(criterion, "call", "echo");
}

criterion_group! {
    name = benches;
    // All benchmark files together take a few minutes.
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = call
}
criterion_main!(benches);
