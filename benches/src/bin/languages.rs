//! Measures the counters of all languages: their sizes, the times to load them and to create an
//! instance, and their calls per second. `cargo xtask guests` builds them.
#![forbid(unsafe_code)]

use anyhow::{Context, Result};
use bytes::Bytes;
use capwire::contracts::{codec, http, keyvalue};
use capwire::engine::wasmtime::Strategy;
use capwire::engine::{Wasmi, Wasmtime};
use capwire::wapc::{
    Engine, HostCall, Module, NoEntropy, PlainGuest, Reply, Request, ResourceLimits, World,
};
use capwire_benches::{languages, relay};
use clap::Parser;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 3;

/// Measure the counters of all languages. Each call answers an HTTP request, and makes one host call
#[derive(Parser)]
struct Options {
    /// The time for the calls of each counter on each engine, in seconds
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let winch = Wasmtime::builder().strategy(Strategy::Winch).build()?;
    let engines: [(&str, Arc<dyn Engine>); 3] = [
        ("wasmtime", Arc::new(Wasmtime::new()?)),
        ("wasmtime-winch", Arc::new(winch)),
        ("wasmi", Arc::new(Wasmi::new())),
    ];
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:<16}{:>10}  {:<16}{:>10}{:>13}{:>10}",
        "language", "KB", "engine", "load, ms", "instance, µs", "calls/s"
    )?;
    for (language, wasm) in languages()? {
        for (name, engine) in &engines {
            let measured = measure(&**engine, &wasm, Duration::from_secs(options.seconds));
            let (load, instance, calls) =
                measured.with_context(|| format!("{language} on {name}"))?;
            let size = wasm.len().div_ceil(1_000);
            writeln!(
                out,
                "{language:<16}{size:>10}  {name:<16}{load:>10.1}{instance:>13.0}{calls:>10.0}"
            )?;
        }
    }
    Ok(())
}

/// Returns the milliseconds to load, the microseconds to create an instance, and the calls per second.
/// Each is the best of several rounds, which other programs disturb least.
fn measure(engine: &dyn Engine, wasm: &[u8], time: Duration) -> Result<(f64, f64, f64)> {
    let (mut load, mut instance, mut rate) = (f64::INFINITY, f64::INFINITY, 0_f64);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let module = engine.compile(wasm)?;
        load = load.min(begun.elapsed().as_secs_f64() * 1e3);
        for _ in 0..20 {
            let begun = Instant::now();
            let guest = started(&*module)?;
            instance = instance.min(begun.elapsed().as_secs_f64() * 1e6);
            drop(guest);
        }
        rate = rate.max(calls(&mut started(&*module)?, time / ROUNDS)?);
    }
    Ok((load, instance, rate))
}

fn started(module: &dyn Module) -> Result<PlainGuest> {
    let world = Arc::new(Clock(Instant::now()));
    let guest = PlainGuest::start(module, &ResourceLimits::default(), world, &mut relay)?;
    Ok(guest)
}

/// A world with a clock, without which Go does not start.
struct Clock(Instant);

impl World for Clock {
    fn console(&self, _line: &str) {}

    fn realtime(&self) -> Duration {
        Duration::from_secs(1_600_000_000)
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed() + Duration::from_secs(1)
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        buffer.fill(7);
        Ok(())
    }
}

/// Returns the calls per second in the best tenth of `time`.
fn calls(guest: &mut PlainGuest, time: Duration) -> Result<f64> {
    let request = Bytes::from(codec::encode(&http::Request::new("GET", "/hits"))?);
    let answer = Bytes::from(codec::encode(&keyvalue::AddResponse { value: 1 })?);
    let mut host = |_: HostCall<'_>| Reply::data(answer.clone());
    let mut best = 0_f64;
    for _ in 0..10 {
        let (begun, mut count) = (Instant::now(), 0_u32);
        while begun.elapsed() < time / 10 {
            for _ in 0..10 {
                guest.call(Request::new("HandleRequest", request.clone()), &mut host)?;
            }
            count += 10;
        }
        best = best.max(f64::from(count) / begun.elapsed().as_secs_f64());
    }
    Ok(best)
}
