//! The engines, each in all the ways that its users may choose.

use crate::engines::{engines, interpreter};
use crate::guest::Guest;
use crate::guests::{guests, one_of_each};
use anyhow::{Result, bail};
use capwire::engine::Engine;
use capwire::engine::wasmi::Translation;
use capwire::engine::wasmtime::{Allocation, Strategy, Wasmtime, WasmtimeBuilder};
use std::sync::Arc;

/// An engine, and how it was told to work.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The engine and its options, for people.
    pub name: &'static str,
    /// The engine.
    pub engine: Arc<dyn Engine>,
    is_default: bool,
}

/// The guests that attack engines with options other than the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attacks {
    /// All, as with every other engine.
    All,
    /// [`one_of_each`].
    OneOfEach,
}

impl Attacks {
    /// Reads `CAPWIRE_ATTACKS`: `all` guests, or one of each kind if it is not set.
    #[must_use]
    pub fn chosen() -> Self {
        match std::env::var("CAPWIRE_ATTACKS").as_deref() {
            Ok("all") => Self::All,
            _ => Self::OneOfEach,
        }
    }
}

impl Subject {
    /// The guests that it has to hold.
    #[must_use]
    pub fn guests(&self, attacks: Attacks) -> Vec<Guest> {
        let mut guests = match attacks {
            Attacks::OneOfEach if !self.is_default => one_of_each(),
            _ => guests(),
        };
        guests.retain(|guest| self.name != WINCH || guest.name != CHEAP_FOR_WINCH);
        guests
    }
}

const WINCH: &str = "wasmtime, Winch";

/// The guest that other compilers refuse for its compile cost. Winch compiles it at once, so it runs.
const CHEAP_FOR_WINCH: &str = "branches with many values";

/// Every engine that this crate was built with, by default and by each option.
///
/// # Errors
/// If one does not run on this machine, or has no room for a pool.
pub fn subjects() -> Result<Vec<Subject>> {
    let by_default = engines()?.into_iter().map(|engine| Subject {
        name: engine.name(),
        engine,
        is_default: true,
    });
    let by_option = variants()?.into_iter().map(|(name, engine)| Subject {
        name,
        engine,
        is_default: false,
    });
    Ok(by_default.chain(by_option).collect())
}

fn variants() -> Result<Vec<(&'static str, Arc<dyn Engine>)>> {
    let strategy = |strategy| made(Wasmtime::builder().strategy(strategy));
    let lazy = interpreter().translation(Translation::Lazy);
    Ok(vec![
        (WINCH, strategy(Strategy::Winch)?),
        ("wasmtime, Pulley", strategy(Strategy::Pulley)?),
        ("wasmtime, pool", pool()?),
        (
            "wasmtime, copies",
            made(Wasmtime::builder().copy_on_write(false))?,
        ),
        ("wasmi, lazy", Arc::new(lazy)),
        (
            "wasmi, backtraces",
            Arc::new(interpreter().backtraces(true)),
        ),
        #[cfg(feature = "wasm3")]
        (
            "wasm3, backtraces",
            Arc::new(capwire::engine::Wasm3::new()?.backtraces(true)),
        ),
    ])
}

/// Enough for every test, with neighbours.
const POOLED: u32 = 50;

fn pool() -> Result<Arc<dyn Engine>> {
    let engine = Wasmtime::builder().pooling(POOLED).build()?;
    if let Allocation::NoRoom { reason } = engine.allocation() {
        bail!("there is no pool to attack: {reason}");
    }
    Ok(Arc::new(engine))
}

fn made(builder: WasmtimeBuilder) -> Result<Arc<dyn Engine>> {
    Ok(Arc::new(builder.build()?))
}
