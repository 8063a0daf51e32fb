//! `cargo xtask demo`: builds, signs and runs an actor that answers HTTP requests.

use crate::shell::{self, root};
use crate::{build, chain};
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
    /// Run a chain of actors in AssemblyScript, Rust and Zig, which needs npm and pip3
    #[arg(long)]
    chain: bool,
}

impl Options {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    if options.chain {
        return chain::demonstrate(options);
    }
    let counter = build::actors()?.join("counter.wasm");
    let capwire = build::capwire()?;
    let folder = build::state().join("demo");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;

    let signed = sign(&capwire, &folder, &counter)?;
    let manifest = write_manifest(&folder, &signed, options.port)?;
    serve(&capwire, &folder, &manifest, options)
}

/// Becomes the host that runs `manifest`, with its data in `folder`.
pub(crate) fn serve(
    capwire: &Path,
    folder: &Path,
    manifest: &Path,
    options: &Options,
) -> Result<()> {
    eprintln!(
        "\nWhen it listens, try:  curl 127.0.0.1:{}/hits\nCtrl-C stops it; the count is kept.\n",
        options.port
    );
    become_command(
        Command::new(capwire)
            .arg("run")
            .arg(manifest)
            .args(["--engine", &options.engine])
            .arg("--data-dir")
            .arg(folder.join("data"))
            .current_dir(root()),
    )
}

/// Signs the actor. The keys are kept, so that the actor finds its data in the next run.
fn sign(capwire: &Path, folder: &Path, module: &Path) -> Result<PathBuf> {
    let capabilities = ["wascc:http_server", "wascc:keyvalue"];
    sign_as(capwire, folder, module, "counter", &capabilities)?;
    Ok(folder.join("counter.signed.wasm"))
}

/// Signs a module as `NAME.signed.wasm` in `folder`, and returns the actor's public key.
pub(crate) fn sign_as(
    capwire: &Path,
    folder: &Path,
    module: &Path,
    name: &str,
    capabilities: &[&str],
) -> Result<String> {
    let account = key(capwire, folder, "account", "account")?;
    let subject = key(capwire, folder, "module", name)?;
    let mut sign = Command::new(capwire);
    sign.arg("sign").arg(module);
    sign.arg("-o")
        .arg(folder.join(format!("{name}.signed.wasm")));
    sign.arg("--issuer").arg(account);
    sign.arg("--subject").arg(&subject);
    sign.args(["--name", name]);
    for capability in capabilities {
        sign.args(["--cap", capability]);
    }
    shell::run(&mut sign)?;
    let shown = shell::output(Command::new(capwire).args(["keys", "show"]).arg(subject))?;
    let key = shown.split_whitespace().last();
    Ok(key.context("`capwire keys show` shows no key")?.to_owned())
}

fn key(capwire: &Path, folder: &Path, kind: &str, name: &str) -> Result<PathBuf> {
    let file = folder.join(name).with_extension("nk");
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
