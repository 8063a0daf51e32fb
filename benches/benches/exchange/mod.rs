//! One exchange with a guest, measured on every engine, for both kinds of guest and every size.

use capwire::wapc::Request;
use capwire_benches::{
    PAYLOADS, Subject, compilations, lean_guest, payload, plain, relay, subjects, suspendable,
};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};

/// The size at which other options of the engines are compared.
const SMALL: usize = 64;

/// Measures `operation`, which returns its payload, as the group `name`.
pub(crate) fn bench(criterion: &mut Criterion, name: &str, operation: &str) {
    let wasm = lean_guest().unwrap();
    let subjects = subjects(&wasm).unwrap();
    let mut group = criterion.benchmark_group(name);
    for size in PAYLOADS {
        for subject in &subjects {
            exchange(&mut group, subject, operation, size);
        }
    }
    for subject in compilations(&wasm).unwrap() {
        exchange(&mut group, &subject, operation, SMALL);
    }
}

fn exchange(
    group: &mut BenchmarkGroup<'_, WallTime>,
    subject: &Subject,
    operation: &str,
    size: usize,
) {
    let data = payload(size);
    let request = || Request::new(operation, data.clone());
    group.throughput(Throughput::Bytes(size as u64));

    let mut guest = plain(&*subject.module).unwrap();
    assert_eq!(guest.call(request(), &mut relay).unwrap(), data);
    let id = BenchmarkId::new(format!("{}/plain", subject.id), size);
    group.bench_function(id, |b| {
        b.iter(|| guest.call(request(), &mut relay).unwrap())
    });

    let mut guest = suspendable(&*subject.module).unwrap();
    assert_eq!(guest.call_with(request(), &mut relay).unwrap(), data);
    let id = BenchmarkId::new(format!("{}/suspendable", subject.id), size);
    group.bench_function(id, |b| {
        b.iter(|| guest.call_with(request(), &mut relay).unwrap())
    });
}
