//! The host of a development session, in a process of its own.

use super::super::swap;
use crate::cmd::build::Built;
use crate::control::{self, Connection, HostCommand, Swapped};
use crate::error::Error;
use crate::files;
use crate::project::Project;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Longer than a host takes to drain.
const STOPS_IN: Duration = Duration::from_secs(15);

/// A running host, which ends when this is dropped.
pub(super) struct Host {
    process: Child,
    /// The folder of the socket.
    folder: TempDir,
}

impl Host {
    /// Starts the manifest of a project, or its module if there is none.
    pub(super) fn start(project: &Project, options: &[OsString]) -> Result<Self, Error> {
        let failed = |error| Error::failure("cannot start the host").because(error);
        let folder = tempfile::tempdir().map_err(failed)?;
        let own = std::env::current_exe().map_err(failed)?;
        let manifest = project.manifest();
        let started = match manifest.exists() {
            true => manifest,
            false => project.module(),
        };
        let process = Command::new(own)
            .arg("run")
            .arg(started)
            .args(["--dev", "--fresh", "--control"])
            .arg(socket(folder.path()))
            .args(options)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        Ok(Self { process, folder })
    }

    /// Replaces the actor, and returns how its calls ended.
    pub(super) fn swap(&self, built: &Built) -> Result<String, Error> {
        let module = files::read(&built.file)?;
        let swap = HostCommand::Swap(control::Swap {
            actor: built.key.to_string(),
            module_bytes: module.len() as u64,
            // Its author has just written what it may do.
            allow_wider: true,
            health_check: true,
            drain: None,
            canary: None,
        });
        let swapped: Swapped = self.connection()?.execute(swap, &module)?;
        Ok(swap::text(&swapped))
    }

    /// Waits until the host has ended by itself.
    pub(super) async fn ended(&mut self) {
        // If it cannot be waited for, there is no process.
        let _ = self.process.wait().await;
    }

    /// Stops the host when its calls have finished.
    pub(super) async fn stop(mut self) -> Result<(), Error> {
        // A host that is ending already, after Ctrl-C, does not answer.
        if let Ok(connection) = self.connection() {
            let _ = tokio::task::spawn_blocking(|| connection.stop_host()).await;
        }
        let failed = |error| Error::failure("cannot stop the host").because(error);
        match timeout(STOPS_IN, self.process.wait()).await {
            Ok(ended) => ended.map(drop).map_err(failed),
            Err(_) => self.process.kill().await.map_err(failed),
        }
    }

    fn connection(&self) -> Result<Connection, Error> {
        Connection::open(Some(&socket(self.folder.path()).to_string_lossy()))
    }
}

fn socket(folder: &Path) -> std::path::PathBuf {
    folder.join("host.sock")
}
