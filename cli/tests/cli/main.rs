//! The `capwire` binary as its users see it: what it prints, and how it ends.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod admission;
mod alone;
mod apply;
mod archive;
mod asking;
mod authority;
mod call;
mod canary;
mod check;
#[cfg(feature = "wasmtime")]
mod code_cache;
mod connections;
mod deputies;
mod documented;
mod engines;
mod failures;
mod folder;
mod grants;
mod host;
mod inspect;
mod keys;
mod limits;
mod logs;
mod manners;
mod modules;
mod names;
mod observe;
mod outputs;
mod policy;
mod project;
mod record;
mod reload;
mod run;
mod run_refusals;
mod scripts;
mod sign;
mod socket;
mod start;
mod steps;
mod swap;
mod swap_ends;
mod swap_lasts;
mod swap_provider;
mod truth;
mod verify;
mod waiting;
mod why;
mod work;
