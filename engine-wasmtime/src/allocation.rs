//! Allocates instances: from a pool, if the machine has room for one, or on demand.

use crate::options::WasmtimeBuilder;
use crate::runtime::config;
use capwire_wapc::ResourceLimits;
use std::fs;
use wasmtime::{Engine, PoolingAllocationConfig, Result};

/// The source of memory for the instances of a [`Wasmtime`](crate::Wasmtime).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Allocation {
    /// Each instance gets its memory from the system when it is created.
    OnDemand,
    /// Instances use memory that was reserved before, in a pool for each stack size in use.
    Pool {
        /// The maximum number of instances at a time.
        instances: u32,
    },
    /// A pool was requested, but this machine has no room for it. Allocation is on demand.
    NoRoom {
        /// The reason, and a remedy if there is one.
        reason: String,
    },
}

/// Returns true if a slot of a pool is large enough for a guest with `limits`.
///
/// Only tables are compared: a slot's memory has the maximum size, and each stack size has its own pool.
pub(crate) fn holds(limits: &ResourceLimits) -> bool {
    limits.table_elements <= ResourceLimits::default().table_elements
}

/// Returns an engine with a pool if the options request one and it fits, otherwise without.
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

/// Tables of an instance in the pool. Compilers emit one.
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

/// The file with Linux's maximum number of memory mappings of a process.
const MAX_MAP_COUNT: &str = "/proc/sys/vm/max_map_count";

/// Memory mappings of an instance in use: its image, the memory before and after the image, the guard
/// region, and the stack with its guard.
const MAPPINGS: u64 = 8;

/// Checks that a full pool needs at most half of the process's memory mappings. The other half is for
/// the rest of the process.
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
