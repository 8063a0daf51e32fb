//! The `capwire` command.
#![forbid(unsafe_code)]

mod admission;
mod args;
mod cmd;
#[cfg_attr(not(unix), path = "control_disabled.rs")]
mod control;
mod data;
mod engine;
mod error;
mod facts;
mod files;
mod follow;
mod help;
mod keyfile;
mod keyring;
mod logging;
mod output;
mod place;
mod plan;
mod policy_file;
mod progress;
mod record;
mod remedy;
mod secrets;
mod start;
mod table;
mod time;
mod trust;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match cmd::run(args.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::aside(format_args!("{}\n", error.colored()));
            error.code()
        }
    }
}
