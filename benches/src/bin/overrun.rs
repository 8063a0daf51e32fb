//! Measures how late a hostile guest is stopped: the time from the call to the host's error, minus
//! the allowed time. The engines alternate in each round. Each guest has the default memory limit.
#![forbid(unsafe_code)]

use anyhow::{Context, Result, ensure};
use capwire::wapc::{PAGE_SIZE, ResourceLimits};
use capwire::{ActorOptions, Clock, SystemClock};
use capwire_hostile::{Ending, Guest, Site, Strikes, Wall, engines, guests};
use clap::{Parser, ValueEnum};
use std::io::Write;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// Measure how late each hostile guest is stopped on each engine, in milliseconds
#[derive(Parser)]
struct Options {
    /// Fail if a guest is stopped more than this many milliseconds late in any round
    #[arg(long, value_name = "MS")]
    require: Option<f64>,
    /// The clock; if other programs are running, only CPU time is comparable
    #[arg(long, value_enum, default_value_t)]
    clock: By,
    /// The number of attacks by each guest
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// The memory limit of a guest in MiB
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    memory: u32,
    /// Only guests whose names contain this
    #[arg(long, default_value = "")]
    only: String,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum By {
    /// The wall clock, which callers see
    #[default]
    Wall,
    /// The CPU time of the calling thread; start functions run on other threads and are left out
    Cpu,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:<42}{:<10}{:>9}{:>9}",
        "ms late", "engine", "median", "most"
    )?;
    let mut most = f64::NEG_INFINITY;
    for mut guest in guests().into_iter().filter(|guest| options.measures(guest)) {
        guest.message_bytes = u32::try_from(ResourceLimits::default().message_bytes)?;
        for (engine, mut late) in attacks(&runtime, &options, &guest)? {
            late.sort_by(f64::total_cmp);
            let median = late.get(late.len() / 2).context("nothing was measured")?;
            let worst = late.last().context("nothing was measured")?;
            writeln!(
                out,
                "{:<42}{engine:<10}{median:>9.1}{worst:>9.1}",
                guest.name
            )?;
            most = most.max(*worst);
        }
    }
    writeln!(out, "the latest of all {most:>43.1}")?;
    let required = options.require.unwrap_or(f64::INFINITY);
    ensure!(
        most <= required,
        "a guest was stopped more than {required} ms late"
    );
    Ok(())
}

impl Options {
    fn measures(&self, guest: &Guest) -> bool {
        let on_this_thread = guest.strikes == Strikes::InCall && guest.ending != Ending::Deadline;
        guest.name.contains(&self.only) && (on_this_thread || matches!(self.clock, By::Wall))
    }

    fn of(&self, guest: &Guest) -> ActorOptions {
        let mut options = guest.options();
        options.limits = ResourceLimits::default();
        let pages = u64::from(self.memory) * (1 << 20) / PAGE_SIZE;
        options.limits.memory_pages = u32::try_from(pages).unwrap_or(u32::MAX);
        options
    }
}

type Attacks = Vec<(&'static str, Vec<f64>)>;

/// Returns the milliseconds by which each engine was late, for each round.
fn attacks(runtime: &Runtime, options: &Options, guest: &Guest) -> Result<Attacks> {
    let mut attacks: Attacks = Vec::new();
    for round in 0..options.rounds {
        for (index, engine) in engines()?.into_iter().enumerate() {
            let name = engine.name();
            // The host watches its providers in tasks.
            let inside = runtime.enter();
            let site = Site::new(engine, &Wall::default())?;
            drop(inside);
            let late = runtime.block_on(attack(&site, options, guest))?;
            match attacks.get_mut(index) {
                Some((_, all)) if round > 0 => all.push(late),
                _ => attacks.push((name, vec![late])),
            }
        }
    }
    Ok(attacks)
}

async fn attack(site: &Site, options: &Options, guest: &Guest) -> Result<f64> {
    let allowed = options.of(guest);
    let budget = match guest.ending {
        Ending::Deadline => allowed.deadline,
        _ => allowed.cpu_budget,
    };
    let actor = site.sign(&guest.wasm()?).await?;
    let started = match guest.strikes {
        Strikes::InStart => None,
        Strikes::InCall => Some(site.start(actor.clone(), allowed.clone()).await?),
    };
    let begun = Stopwatch::new(options.clock);
    let error = match started {
        None => site.start(actor, allowed).await.err(),
        Some(actor) => site.host().call(actor, "attack", "").await.err(),
    };
    let took = begun.elapsed();
    let ending = error.as_ref().and_then(Ending::of);
    // On a slow machine, the budget may end before the guest has prepared its attack.
    let expected = [Some(guest.ending), Some(Ending::CpuBudget)];
    ensure!(expected.contains(&ending), "{}: {error:?}", guest.name);
    Ok((took.as_secs_f64() - budget.as_secs_f64()) * 1_000.0)
}

/// A stopwatch for one of the clocks.
enum Stopwatch {
    Wall(Instant),
    Cpu(SystemClock, Duration),
}

impl Stopwatch {
    fn new(by: By) -> Self {
        match by {
            By::Wall => Self::Wall(Instant::now()),
            By::Cpu => {
                let clock = SystemClock::default();
                Self::Cpu(clock, clock.thread_cpu())
            }
        }
    }

    fn elapsed(&self) -> Duration {
        match self {
            Self::Wall(begun) => begun.elapsed(),
            Self::Cpu(clock, begun) => clock.thread_cpu().saturating_sub(*begun),
        }
    }
}
