//! Compares durable `Add`s of 64 callers with single `fdatasync`s. Both alternate in one run,
//! because the speed of a disk changes from minute to minute.
#![forbid(unsafe_code)]

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use capwire::contracts::codec;
use capwire::contracts::keyvalue::{AddRequest, AddResponse};
use capwire::provider::{
    ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider, async_trait,
};
use capwire::providers::KeyValueEmbedded;
use clap::Parser;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const CALLERS: usize = 64;
const ROUNDS: usize = 7;
/// The duration of each turn.
const TURN: Duration = Duration::from_secs(1);
/// The block that is written before each single `fdatasync`.
const BLOCK: [u8; 1024] = [0x5a; 1024];

/// Compare the rate of durable Adds from 64 callers with the rate of single fdatasyncs on the same
/// disk.
#[derive(Parser)]
struct Options {
    /// Fail unless the Adds are at least this many times as fast
    #[arg(long, value_name = "RATIO")]
    require: Option<f64>,
}

/// The rates of one round, per second.
struct Rates {
    syncs: f64,
    adds: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let rounds = measure()?;
    let syncs = median(rounds.iter().map(|round| round.syncs))?;
    let adds = median(rounds.iter().map(|round| round.adds))?;
    let ratio = median(rounds.iter().map(|round| round.adds / round.syncs))?;
    let mut out = std::io::stdout();
    writeln!(out, "single fdatasyncs         {syncs:>10.0} /s")?;
    writeln!(out, "Adds of {CALLERS} callers        {adds:>10.0} /s")?;
    writeln!(out, "ratio, median of {ROUNDS} rounds {ratio:>10.1}")?;
    let required = options.require.unwrap_or_default();
    ensure!(ratio >= required, "the ratio is not {required}");
    Ok(())
}

fn measure() -> Result<Vec<Rates>> {
    let folder = folder()?;
    let mut disk = Disk::new(folder.path())?;
    let runtime = Runtime::new()?;
    let mut callers = runtime.block_on(callers(folder.path()))?;
    let mut round = || {
        Ok(Rates {
            syncs: disk.syncs()?,
            adds: runtime.block_on(adds(&mut callers))?,
        })
    };
    round()?; // to fill caches and files
    (0..ROUNDS).map(|_| round()).collect()
}

/// Returns a folder beside this program, because folders for temporary files are often in memory.
fn folder() -> Result<tempfile::TempDir> {
    let program = std::env::current_exe()?;
    let beside = program.parent().context("the program is in no folder")?;
    Ok(tempfile::tempdir_in(beside)?)
}

/// A file with one block that is written repeatedly. It never grows, so `fdatasync` writes nothing
/// else. That makes the comparison strict.
struct Disk {
    file: File,
}

impl Disk {
    fn new(folder: &Path) -> Result<Self> {
        let mut file = File::create_new(folder.join("single"))?;
        file.write_all(&BLOCK)?;
        file.sync_all()?;
        Ok(Self { file })
    }

    /// Returns the number of single durable writes per second.
    fn syncs(&mut self) -> Result<f64> {
        let begun = Instant::now();
        let mut count = 0;
        while begun.elapsed() < TURN {
            self.file.rewind()?;
            self.file.write_all(&BLOCK)?;
            self.file.sync_data()?;
            count += 1;
        }
        Ok(f64::from(count) / begun.elapsed().as_secs_f64())
    }
}

/// A caller that counts under its own key and checks each answer.
struct Caller {
    store: Arc<KeyValueEmbedded>,
    binding: BindingId,
    payload: Bytes,
    count: i32,
}

async fn callers(folder: &Path) -> Result<Vec<Caller>> {
    let store = Arc::new(KeyValueEmbedded::open(folder.join("store"))?);
    let id = BindingId {
        actor: "bench".to_owned(),
        name: "default".to_owned(),
    };
    let binding = Binding {
        id: id.clone(),
        config: Config::default(),
        actor: Arc::new(Nobody),
    };
    store.bind(binding).await?;
    let caller = |number| {
        let key = format!("caller:{number}");
        Ok(Caller {
            store: Arc::clone(&store),
            binding: id.clone(),
            payload: codec::encode(&AddRequest { key, value: 1 })?.into(),
            count: 0,
        })
    };
    (0..CALLERS).map(caller).collect()
}

/// Returns the number of acknowledged `Add`s per second.
async fn adds(callers: &mut Vec<Caller>) -> Result<f64> {
    let before: i32 = callers.iter().map(|caller| caller.count).sum();
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for caller in callers.drain(..) {
        running.spawn(caller.keep_adding(begun));
    }
    while let Some(caller) = running.join_next().await {
        callers.push(caller??);
    }
    let took = begun.elapsed();
    let after: i32 = callers.iter().map(|caller| caller.count).sum();
    Ok(f64::from(after - before) / took.as_secs_f64())
}

impl Caller {
    async fn keep_adding(mut self, begun: Instant) -> Result<Self> {
        while begun.elapsed() < TURN {
            let call = Call::new(&self.binding, "Add", &self.payload);
            let answer: AddResponse = codec::decode(&self.store.call(call).await?)?;
            self.count += 1;
            ensure!(answer.value == self.count, "a wrong count: {answer:?}");
        }
        Ok(self)
    }
}

/// The store never calls an actor.
struct Nobody;

#[async_trait]
impl ActorHandle for Nobody {
    async fn call(&self, _: ActorCall<'_>) -> Result<Bytes, ActorError> {
        Err(ActorError::Stopped)
    }
}

/// Returns the median of an odd number of values.
fn median(values: impl Iterator<Item = f64>) -> Result<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.get(values.len() / 2);
    middle.copied().context("nothing was measured")
}
