//! Calls through the whole host, including authorization, counting, budgets and the pool.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that cannot run should stop"
)]

use bytes::Bytes;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::engine::Engine;
use capwire::provider::{
    Binding, BindingId, Bound, Call, Config, Provider, ProviderError, async_trait,
};
use capwire::{ActorId, BindingKey, BindingName, ContractId, Host};
use capwire_benches::{Wasm, engines, lean_guest, payload};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

const CONTRACT: &str = "bench:host";
const SIZES: [usize; 2] = [64, 65_536];

fn host(criterion: &mut Criterion) {
    let wasm = lean_guest().unwrap();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let mut group = criterion.benchmark_group("host");
    for engine in engines().unwrap() {
        let subject = format!("{}@{}", engine.name(), wasm.hash);
        let (host, actor) = runtime.block_on(bound(engine, &wasm));
        for (operation, what) in [("echo", "echo"), ("relay", "host call")] {
            for size in SIZES {
                let id = BenchmarkId::new(format!("{subject}/{what}"), size);
                let data = payload(size);
                group.throughput(Throughput::Bytes(size as u64));
                group.bench_function(id, |b| {
                    b.iter_custom(|calls| {
                        time(&runtime, calls, || {
                            host.call(actor, operation, data.clone())
                        })
                    });
                });
            }
        }
    }
}

fn time<R, E: std::fmt::Debug>(runtime: &Runtime, calls: u64, call: impl Fn() -> R) -> Duration
where
    R: Future<Output = Result<Bytes, E>>,
{
    runtime.block_on(async {
        let begun = Instant::now();
        for _ in 0..calls {
            call().await.unwrap();
        }
        begun.elapsed()
    })
}

/// Returns a host with one actor that is bound to [`Relay`].
async fn bound(engine: Arc<dyn Engine>, wasm: &Wasm) -> (Host, ActorId) {
    let host = Host::builder(engine).build().unwrap();
    let binding = BindingName::new("").unwrap();
    host.add_named_provider(binding.clone(), Relay).unwrap();
    let signed = capwire::testing::sign(&wasm.bytes, &[CONTRACT]).unwrap();
    let actor = host.verify(signed).await.unwrap();
    let actor = host.start_actor(actor).await.unwrap();
    let key = BindingKey::new(actor, ContractId::new(CONTRACT).unwrap(), binding);
    host.bind(key, Config::default()).await.unwrap();
    (host, actor)
}

/// A provider that returns the payload at once.
struct Relay;

#[async_trait]
impl Provider for Relay {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, "relay", &[])
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        Ok(Bytes::copy_from_slice(call.payload))
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = host
}
criterion_main!(benches);
