//! The `capwire` command.
#![forbid(unsafe_code)]

mod args;
mod cmd;
mod error;
mod facts;
mod files;
mod keyfile;
mod output;
mod random;
mod time;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match cmd::run(args.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            error.code()
        }
    }
}
