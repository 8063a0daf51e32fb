//! `cargo xtask demo`: builds, signs and runs an actor that answers HTTP requests.

use crate::build;
use crate::shell::{self, root};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Arguments of `cargo xtask demo`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The engine that runs the actor: wasmtime or wasmi
    #[arg(long, default_value = "wasmtime")]
    engine: String,
    /// The port of the server; 0 selects any free port
    #[arg(long, env = "CAPWIRE_DEMO_PORT", default_value_t = 8081)]
    port: u16,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let counter = build::actors()?.join("counter.wasm");
    let capwire = build::capwire()?;
    let folder = build::state().join("demo");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;

    let signed = sign(&capwire, &folder, &counter)?;
    let manifest = write_manifest(&folder, &signed, options.port)?;
    eprintln!(
        "\nWhen it listens, try:  curl 127.0.0.1:{}/hits\nCtrl-C stops it; the count is kept.\n",
        options.port
    );
    become_command(
        Command::new(&capwire)
            .arg("run")
            .arg(&manifest)
            .args(["--engine", &options.engine])
            .arg("--data-dir")
            .arg(folder.join("data"))
            .current_dir(root()),
    )
}

/// Signs the actor. The keys are kept, so that the actor finds its data in the next run.
fn sign(capwire: &Path, folder: &Path, module: &Path) -> Result<PathBuf> {
    let account = key(capwire, folder, "account")?;
    let subject = key(capwire, folder, "module")?;
    let signed = folder.join("counter.signed.wasm");
    let mut sign = Command::new(capwire);
    sign.arg("sign").arg(module).arg("-o").arg(&signed);
    sign.arg("--issuer")
        .arg(account)
        .arg("--subject")
        .arg(subject);
    sign.args([
        "--name",
        "counter",
        "--cap",
        "wascc:http_server",
        "--cap",
        "wascc:keyvalue",
    ]);
    shell::run(&mut sign)?;
    Ok(signed)
}

fn key(capwire: &Path, folder: &Path, kind: &str) -> Result<PathBuf> {
    let file = folder.join(kind).with_extension("nk");
    if !file.exists() {
        shell::run(
            Command::new(capwire)
                .args(["keys", "gen", kind, "-o"])
                .arg(&file),
        )?;
    }
    Ok(file)
}

fn write_manifest(folder: &Path, signed: &Path, port: u16) -> Result<PathBuf> {
    let actor = signed.file_name().and_then(|name| name.to_str());
    let Some(actor) = actor else {
        bail!("{} has no name", signed.display());
    };
    let manifest = folder.join("manifest.yaml");
    let text = format!(
        "actors:\n  - {actor}\nbindings:\n  - actor: counter\n    capability: wascc:http_server\n    \
         values:\n      PORT: \"{port}\"\n  - actor: counter\n    capability: wascc:keyvalue\n"
    );
    fs::write(&manifest, text).with_context(|| format!("cannot write {}", manifest.display()))?;
    Ok(manifest)
}

/// Replaces this process by the host, so that signals reach the host.
#[cfg(unix)]
fn become_command(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot run the host")
}

#[cfg(not(unix))]
fn become_command(command: &mut Command) -> Result<()> {
    shell::run(command)
}
