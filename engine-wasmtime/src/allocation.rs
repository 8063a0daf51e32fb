//! Where instances get their memory: a pool, if the machine has room for one.

use crate::options::WasmtimeBuilder;
use crate::runtime::config;
use capwire_wapc::ResourceLimits;
use std::fs;
use wasmtime::{Engine, PoolingAllocationConfig, Result};

/// Where the instances of a [`Wasmtime`](crate::Wasmtime) get their memory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Allocation {
    /// Each asks the system when it is made.
    OnDemand,
    /// They share what was reserved for so many, for each size of stack in use.
    Pool {
        /// How many there can be at a time.
        instances: u32,
    },
    /// A pool was asked for, but this machine has no room for it: as on demand.
    NoRoom {
        /// What was in the way, for whoever can change it.
        reason: String,
    },
}

/// Whether a pool's places hold all that a guest with `limits` may ask for.
///
/// Their memories are as large as memories can be, and each size of stack has a pool of its own.
pub(crate) fn holds(limits: &ResourceLimits) -> bool {
    limits.table_elements <= ResourceLimits::default().table_elements
}

/// An engine with a pool if one is asked for and fits, else without.
pub(crate) fn engine(
    options: &WasmtimeBuilder,
    stack_bytes: usize,
) -> Result<(Engine, Allocation)> {
    let Some(instances) = options.pool else {
        return Ok((on_demand(options, stack_bytes)?, Allocation::OnDemand));
    };
    match pooled(options, stack_bytes, instances) {
        Ok(engine) => Ok((engine, Allocation::Pool { instances })),
        Err(reason) => {
            let engine = on_demand(options, stack_bytes)?;
            Ok((engine, Allocation::NoRoom { reason }))
        }
    }
}

pub(crate) fn on_demand(options: &WasmtimeBuilder, stack_bytes: usize) -> Result<Engine> {
    Engine::new(&config(options, stack_bytes)?)
}

fn pooled(options: &WasmtimeBuilder, stack_bytes: usize, instances: u32) -> Result<Engine, String> {
    check_mappings(instances, fs::read_to_string(MAX_MAP_COUNT).ok())?;
    let reserve = || {
        let mut config = config(options, stack_bytes)?;
        config.allocation_strategy(pool(instances));
        Engine::new(&config)
    };
    reserve()
        .map_err(|error| format!("what {instances} instances need cannot be reserved: {error:#}"))
}

/// Tables of an instance in the pool. Compilers make one.
const TABLES: u32 = 4;

fn pool(instances: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(instances)
        .total_memories(instances)
        .total_stacks(instances)
        .total_tables(instances.saturating_mul(TABLES))
        .max_tables_per_module(TABLES)
        .table_elements(ResourceLimits::default().table_elements as usize);
    pool
}

/// How many mappings of memory Linux gives a process at most.
const MAX_MAP_COUNT: &str = "/proc/sys/vm/max_map_count";

/// What an instance in use splits off: its image, its memory before and behind that, its guard, and
/// its stack with another.
const MAPPINGS: u64 = 8;

/// A pool that runs out of mappings would fail when it is full, so half of them must be enough. The
/// rest is for everything else in the process.
fn check_mappings(instances: u32, max_map_count: Option<String>) -> Result<(), String> {
    let needed = u64::from(instances) * MAPPINGS;
    // Systems without this file have no such limit.
    let most = max_map_count.and_then(|text| text.trim().parse::<u64>().ok());
    match most {
        Some(most) if needed > most / 2 => Err(format!(
            "{instances} instances need {needed} mappings of memory, which is more than half of \
             vm.max_map_count: raise that from {most} to {}, or ask for fewer",
            needed * 2
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check_mappings;

    #[test]
    fn a_pool_takes_half_of_the_mappings_at_most() {
        let check = |instances, most: &str| check_mappings(instances, Some(most.to_owned()));
        assert_eq!(check(1_000, "16000\n"), Ok(()));
        let reason = check(1_001, "16000\n").unwrap_err();
        assert!(
            reason.contains("raise that from 16000 to 16016"),
            "{reason}"
        );
    }

    #[test]
    fn a_system_that_does_not_limit_mappings_is_no_obstacle() {
        assert_eq!(check_mappings(u32::MAX, None), Ok(()));
    }
}
