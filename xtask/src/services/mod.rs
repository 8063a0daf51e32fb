//! `cargo xtask services`: starts servers on free ports of this machine, for tests and experiments.

mod install;
mod kinds;
mod process;

pub(crate) use install::for_tests as install_for_tests;

use anyhow::{Context, Result};
use process::Server;
use std::process::Command;
use std::sync::mpsc;

/// A server that runs until this value is dropped.
pub(crate) struct Service {
    name: &'static str,
    version: String,
    /// The variable by which tests find the server.
    variable: &'static str,
    address: String,
    _server: Server,
}

/// Installs and starts all servers, prints their addresses, and stops them at Ctrl-C.
pub(crate) fn run() -> Result<()> {
    let (interrupt, interrupted) = mpsc::channel();
    let handled = ctrlc::set_handler(move || {
        // A second signal finds nobody who waits for it.
        interrupt.send(()).ok();
    });
    handled.context("cannot handle Ctrl-C")?;
    let python = install::all()?;
    let services = [
        kinds::redis()?,
        kinds::postgres()?,
        kinds::nats(&python)?,
        kinds::moto(&python)?,
    ];
    services.iter().for_each(print);
    eprintln!("Ctrl-C stops the servers and removes their data");
    interrupted.recv().context("cannot wait for Ctrl-C")
}

/// Starts the servers that tests need, as far as they are installed.
pub(crate) fn start_for_tests() -> Result<Vec<Service>> {
    let mut services = Vec::new();
    let missing = |name| eprintln!("without {name}: `cargo xtask setup --services` installs it");
    match install::has_redis() {
        true => services.push(kinds::redis()?),
        false => missing("Redis"),
    }
    match install::has_postgres() {
        true => services.push(kinds::postgres()?),
        false => missing("PostgreSQL"),
    }
    match install::nats_server() {
        Some(_) => services.push(kinds::nats(&install::packages())?),
        None => missing("NATS"),
    }
    match install::has_moto() {
        true => services.push(kinds::moto(&install::packages())?),
        false => missing("S3"),
    }
    Ok(services)
}

/// Tells `tests` the addresses of `services`, and the program of NATS, which tests start and kill.
pub(crate) fn tell(tests: &mut Command, services: &[Service]) {
    for service in services {
        tests.env(service.variable, &service.address);
    }
    if let Some(program) = install::nats_server() {
        tests.env("CAPWIRE_NATS_SERVER", program);
    }
    if let Some(folder) = install::nats_client() {
        tests.env("CAPWIRE_NATS_PYTHON", folder);
    }
}

/// Prints the address of `service` as a shell could read it.
fn print(service: &Service) {
    let Service {
        name,
        version,
        variable,
        address,
        ..
    } = service;
    eprintln!("export {variable}={address}  # {name} {version}");
}
