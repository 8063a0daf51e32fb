//! Compiling modules from bytes.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that cannot run should stop"
)]

use capwire_benches::{Wasm, actor, compilations, lean_guest, plain, relay, subjects};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;

fn load(criterion: &mut Criterion) {
    let lean = lean_guest().unwrap();
    let subjects = [subjects(&lean).unwrap(), compilations(&lean).unwrap()];
    for subject in subjects.iter().flatten() {
        answers(&*subject.module);
    }
    bench(criterion, "load", &lean);
    bench(criterion, "load_actor", &actor().unwrap());
}

/// Measures the compilation of `wasm` by each engine as the group `name`.
fn bench(criterion: &mut Criterion, name: &str, wasm: &Wasm) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(wasm.bytes.len() as u64));
    group.sample_size(20);
    let subjects = [subjects(wasm).unwrap(), compilations(wasm).unwrap()];
    for subject in subjects.into_iter().flatten() {
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
    // All benchmark files together take a few minutes.
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = load
}
criterion_main!(benches);
