//! One call with one host call; both carry the same payload.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that cannot run should stop"
)]

mod exchange;

use criterion::{Criterion, criterion_group, criterion_main};
use std::time::Duration;

fn host_call(criterion: &mut Criterion) {
    exchange::bench(criterion, "host_call", "relay");
}

criterion_group! {
    name = benches;
    // All benchmark files together take a few minutes.
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = host_call
}
criterion_main!(benches);
