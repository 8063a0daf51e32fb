//! From bytes to compiled code.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that cannot run should stop"
)]

use capwire_benches::{compilations, lean_guest, plain, relay, subjects};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;

fn load(criterion: &mut Criterion) {
    let wasm = lean_guest().unwrap();
    let mut group = criterion.benchmark_group("load");
    group.throughput(Throughput::Bytes(wasm.bytes.len() as u64));
    let subjects = [subjects(&wasm).unwrap(), compilations(&wasm).unwrap()];
    for subject in subjects.into_iter().flatten() {
        answers(&*subject.module);
        group.bench_function(&subject.id, |b| {
            b.iter(|| subject.engine.compile(&wasm.bytes).unwrap())
        });
    }
}

fn answers(module: &dyn capwire::wapc::Module) {
    let request = capwire::wapc::Request::new("echo", &b"once"[..]);
    assert_eq!(
        plain(module).unwrap().call(request, &mut relay).unwrap(),
        &b"once"[..]
    );
}

criterion_group! {
    name = benches;
    // All four files together end within a few minutes.
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = load
}
criterion_main!(benches);
