//! The engines, the guest and the payloads that all benchmarks share, so that their tables are
//! comparable.
#![forbid(unsafe_code)]

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use capwire::engine::wasmi::Translation;
use capwire::engine::wasmtime::{Allocation, Strategy};
use capwire::engine::{Wasmi, Wasmtime};
use capwire::wapc::{
    EmptyWorld, Engine, Guest, HostCall, Module, PlainGuest, Reply, ResourceLimits, StartStep,
};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sizes of payloads, in bytes.
pub const PAYLOADS: [usize; 5] = [0, 64, 1_024, 65_536, 1_048_576];

/// A module and what identifies it in a benchmark's name.
#[derive(Clone, Debug)]
pub struct Wasm {
    /// The module.
    pub bytes: Vec<u8>,
    /// The beginning of the module's SHA-256. Runs are comparable only if it is the same.
    pub hash: String,
}

/// An engine with the module compiled on it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Engine and module, for a benchmark's name: `wasmi@1a2b3c4d`.
    pub id: String,
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// The module on that engine.
    pub module: Arc<dyn Module>,
}

/// Returns the smallest guest that returns its payload and calls its host.
///
/// # Errors
/// Returns an error if it cannot be assembled.
pub fn lean_guest() -> Result<Wasm> {
    let bytes = wat::parse_str(include_str!("../guests/lean.wat"))?;
    Ok(Wasm::new(bytes))
}

/// Returns the example actor `counter`, built by `cargo xtask guests`.
///
/// # Errors
/// Returns an error if it is not built.
pub fn actor() -> Result<Wasm> {
    let bytes = fs::read(guests().join("counter.wasm"))
        .context("build the actors first: `cargo xtask guests`")?;
    Ok(Wasm::new(bytes))
}

/// Returns the counters in all languages that `cargo xtask guests` built, by the name of the language.
///
/// # Errors
/// Returns an error if none is built.
pub fn languages() -> Result<Vec<(String, Vec<u8>)>> {
    let mut counters = vec![("rust".to_owned(), actor()?.bytes)];
    for language in ["assemblyscript", "zig", "c", "go"] {
        if let Ok(bytes) = fs::read(guests().join(format!("counter_{language}.wasm"))) {
            counters.push((language.to_owned(), bytes));
        }
    }
    Ok(counters)
}

/// Returns the folder with the guests that `cargo xtask guests` built.
fn guests() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| workspace.join("target"));
    target.join("guests")
}

impl Wasm {
    fn new(bytes: Vec<u8>) -> Self {
        let hash = HEXLOWER.encode(&Sha256::digest(&bytes));
        let hash = hash.chars().take(8).collect();
        Self { bytes, hash }
    }
}

/// An engine with its name, which includes its options.
type Named = (String, Arc<dyn Engine>);

/// Returns every engine with its default options.
///
/// # Errors
/// Returns an error if this machine cannot create one of them.
pub fn engines() -> Result<Vec<Arc<dyn Engine>>> {
    Ok(vec![Arc::new(Wasmtime::new()?), Arc::new(Wasmi::new())])
}

/// Compiles `wasm` with every engine.
///
/// # Errors
/// Returns an error if an engine refuses it.
pub fn subjects(wasm: &Wasm) -> Result<Vec<Subject>> {
    let engines = engines()?.into_iter();
    on(
        wasm,
        engines.map(|engine| (engine.name().to_owned(), engine)),
    )
}

/// Compiles `wasm` with other options that affect loading and calls.
///
/// # Errors
/// Returns an error if this machine cannot create an engine, or an engine refuses the module.
pub fn compilations(wasm: &Wasm) -> Result<Vec<Subject>> {
    let winch = Wasmtime::builder().strategy(Strategy::Winch).build()?;
    let pulley = Wasmtime::builder().strategy(Strategy::Pulley).build()?;
    let lazy = Wasmi::new().translation(Translation::Lazy);
    let backtraces = Wasmi::new().backtraces(true);
    let engines: [Named; 4] = [
        ("wasmtime-winch".into(), Arc::new(winch)),
        ("wasmtime-pulley".into(), Arc::new(pulley)),
        ("wasmi-lazy".into(), Arc::new(lazy)),
        ("wasmi-backtraces".into(), Arc::new(backtraces)),
    ];
    on(wasm, engines)
}

/// Compiles `wasm` with other options that affect the creation of instances.
///
/// # Errors
/// Returns an error if this machine cannot create an engine, or an engine refuses the module.
pub fn allocations(wasm: &Wasm) -> Result<Vec<Subject>> {
    let pooling = Wasmtime::builder().pooling(100).build()?;
    if let Allocation::NoRoom { reason } = pooling.allocation() {
        bail!("there is no pool to measure: {reason}");
    }
    let copying = Wasmtime::builder().copy_on_write(false).build()?;
    let engines: [Named; 2] = [
        ("wasmtime-pooling".into(), Arc::new(pooling)),
        ("wasmtime-copying".into(), Arc::new(copying)),
    ];
    on(wasm, engines)
}

fn on(wasm: &Wasm, engines: impl IntoIterator<Item = Named>) -> Result<Vec<Subject>> {
    let subject = |(name, engine): Named| {
        let module = engine.compile(&wasm.bytes)?;
        Ok(Subject {
            id: format!("{name}@{}", wasm.hash),
            engine,
            module,
        })
    };
    engines.into_iter().map(subject).collect()
}

/// Returns a payload of `size` bytes with different values.
#[must_use]
pub fn payload(size: usize) -> Bytes {
    (0..=u8::MAX).cycle().take(size).collect()
}

/// Answers a host call with its payload.
pub fn relay(call: HostCall<'_>) -> Reply {
    Reply::data(Bytes::copy_from_slice(call.payload))
}

/// Starts a plain guest.
///
/// # Errors
/// Returns an error if it does not start.
pub fn plain(module: &dyn Module) -> Result<PlainGuest> {
    Ok(PlainGuest::start(
        module,
        &ResourceLimits::default(),
        Arc::new(EmptyWorld),
        &mut relay,
    )?)
}

/// Starts a suspendable guest.
///
/// # Errors
/// Returns an error if it does not start.
pub fn suspendable(module: &dyn Module) -> Result<Guest> {
    let mut step = Guest::start(module, &ResourceLimits::default(), Arc::new(EmptyWorld))?;
    loop {
        step = match step {
            StartStep::Ready(guest) => return Ok(guest),
            StartStep::Yielded(starting) => starting.resume()?,
        };
    }
}
