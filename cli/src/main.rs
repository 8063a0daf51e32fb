//! The `capwire` command.
#![forbid(unsafe_code)]

mod admission;
mod args;
mod blocking;
mod cmd;
#[cfg(feature = "wasmtime")]
mod code_cache;
#[cfg_attr(not(unix), path = "control_disabled.rs")]
mod control;
mod data;
mod deployment;
mod engine;
mod error;
mod factory;
mod facts;
mod files;
mod follow;
mod help;
mod keyfile;
mod keyring;
mod known;
mod logging;
mod output;
mod place;
mod plan;
mod policy_file;
mod progress;
mod project;
mod record;
mod remedy;
mod replan;
mod secrets;
mod start;
mod swaps;
mod table;
mod time;
mod trust;

use clap::Parser;
use error::Error;
use std::process::ExitCode;

/// The C library's allocator keeps what many threads have freed, each in an arena of its own.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(refused) => return unparsed(&refused),
    };
    let json = args.command.json();
    let code = match cmd::run(args.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if json && !error.is_reported() {
                // The exit code tells the failure, too, and there is no other place to report to.
                output::errors(&error.to_json()).ok();
            }
            output::aside(format_args!("{}\n", error.colored()));
            error.code()
        }
    };
    logging::finish();
    code
}

/// Prints why the arguments are wrong, or the help or version that they ask for.
fn unparsed(refused: &clap::Error) -> ExitCode {
    if refused.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        let text = refused.to_string();
        let first = text.lines().next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first);
        output::errors(&Error::unreadable(message).to_json()).ok();
    }
    refused.print().ok();
    ExitCode::from(u8::try_from(refused.exit_code()).unwrap_or(2))
}
