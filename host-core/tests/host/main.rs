//! The host as its holder, its actors and its providers see it, on a scripted engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod aliases;
mod authorise;
mod bindings;
mod budgets;
mod calls;
mod canary;
mod chains;
mod deputies;
mod kit;
mod lifecycle;
mod limits;
mod making;
mod methods;
mod metrics;
mod middleware;
mod narrow;
mod owned;
mod pool;
mod provider_broken;
mod provider_exclusive;
mod provider_swap;
mod provider_swap_ends;
mod rebind;
mod recorder;
mod ruling;
mod shutdown;
mod swap;
mod swap_ends;
mod swap_prepared;
mod swap_refusals;
mod told;
mod traces;
mod trust;
