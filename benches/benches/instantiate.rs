//! Creating an instance from compiled code, a first call, and freeing the instance.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that cannot run should stop"
)]

use capwire::wapc::Request;
use capwire_benches::{
    allocations, compilations, lean_guest, payload, plain, relay, subjects, suspendable,
};
use criterion::{Criterion, criterion_group, criterion_main};
use std::time::Duration;

fn instantiate(criterion: &mut Criterion) {
    let data = payload(64);
    let request = || Request::new("echo", data.clone());
    let mut group = criterion.benchmark_group("instantiate");
    let wasm = lean_guest().unwrap();
    let makers = [subjects, allocations, compilations];
    for subject in makers.iter().flat_map(|subjects| subjects(&wasm).unwrap()) {
        let module = &*subject.module;
        let answer = plain(module).unwrap().call(request(), &mut relay).unwrap();
        assert_eq!(answer, data);
        group.bench_function(format!("{}/plain", subject.id), |b| {
            b.iter(|| plain(module).unwrap())
        });
        group.bench_function(format!("{}/plain and a call", subject.id), |b| {
            b.iter(|| plain(module).unwrap().call(request(), &mut relay).unwrap());
        });
        group.bench_function(format!("{}/suspendable", subject.id), |b| {
            b.iter(|| suspendable(module).unwrap());
        });
    }
}

criterion_group! {
    name = benches;
    // All benchmark files together take a few minutes.
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = instantiate
}
criterion_main!(benches);
