//! `cargo xtask static`: builds the host as one static file for other machines, and runs it.

use crate::shell::{cargo, run, target};
use crate::{build, setup, test};
use anyhow::{Context, Result, bail, ensure};
use object::elf::{PT_INTERP, ProgramHeader64};
use object::read::elf::{ElfFile64, ProgramHeader};
use object::{Architecture, Endianness, Object};
use std::env::consts::ARCH;
use std::fs;
use std::path::{Path, PathBuf};

/// A machine for which the host is built.
struct Machine {
    target: &'static str,
    processor: Architecture,
    /// Rust's name of the architecture.
    name: &'static str,
}

const MACHINES: [Machine; 2] = [
    Machine {
        target: "x86_64-unknown-linux-musl",
        processor: Architecture::X86_64,
        name: "x86_64",
    },
    Machine {
        target: "aarch64-unknown-linux-musl",
        processor: Architecture::Aarch64,
        name: "aarch64",
    },
];

pub(crate) fn build_and_compare() -> Result<()> {
    let mut elsewhere = Vec::new();
    for machine in &MACHINES {
        let host = machine.build()?;
        machine.check(&host)?;
        let kilobytes = fs::metadata(&host)?.len() / 1_000;
        eprintln!("static: {} has {kilobytes} kB", host.display());
        elsewhere.push(machine.to_run(&host)?);
    }
    test::same_bytes(&build::actors()?, &elsewhere)
}

impl Machine {
    /// Builds the host with wasmi only. It is pure Rust, so Rust's own linker is sufficient for any
    /// machine.
    fn build(&self) -> Result<PathBuf> {
        build::install(self.target)?;
        let variable = self.target.to_uppercase().replace('-', "_");
        let mut build = cargo(&["build", "--release", "--package", "capwire-cli"]);
        build.args(["--no-default-features", "--features", "wasmi"]);
        build.args(["--target", self.target]);
        build.env(format!("CARGO_TARGET_{variable}_LINKER"), "rust-lld");
        run(&mut build)?;
        Ok(target().join(self.target).join("release/capwire"))
    }

    /// Checks that the file is for this architecture and needs no dynamic loader.
    fn check(&self, host: &Path) -> Result<()> {
        let bytes = fs::read(host).with_context(|| format!("cannot read {}", host.display()))?;
        let host = host.display();
        let file = ElfFile64::<Endianness>::parse(&*bytes)
            .with_context(|| format!("{host} is no program for Linux"))?;
        let (found, wanted) = (file.architecture(), self.processor);
        ensure!(found == wanted, "{host} is for {found:?}, not {wanted:?}");
        let loads = |header: &ProgramHeader64<_>| header.p_type(file.endian()) == PT_INTERP;
        match file.elf_program_headers().iter().any(loads) {
            true => bail!("{host} needs a loader of libraries: it is not static"),
            false => Ok(()),
        }
    }

    /// Returns the command that runs `host` on this machine.
    fn to_run(&self, host: &Path) -> Result<String> {
        let host = host.display();
        if self.name == ARCH {
            return Ok(host.to_string());
        }
        let emulator = format!("qemu-{}-static", self.name);
        setup::emulator(&emulator)?;
        Ok(format!("{emulator}\t{host}"))
    }
}
