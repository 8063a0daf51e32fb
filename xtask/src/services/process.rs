//! The process of a server, with its folder and its port.

use crate::shell::command;
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The longest time in which a server must start. It is far more than a slow machine needs.
const START: Duration = Duration::from_secs(120);

/// The time between two questions whether a server has started.
const PAUSE: Duration = Duration::from_millis(20);

/// A program under which a process ends with its parent, on Linux.
const ENDS_WITH_PARENT: &[&str] = &["setpriv", "--pdeathsig", "KILL"];

/// A running server. Dropping it stops the server and removes its folder.
pub(super) struct Server {
    process: Child,
    _folder: TempDir,
}

impl Server {
    /// Starts a server in `folder`, and waits until it `is_ready`.
    pub(super) fn start(
        folder: TempDir,
        server: &mut Command,
        is_ready: impl Fn() -> bool,
    ) -> Result<Self> {
        let log = folder.path().join("log");
        let output = File::create(&log).with_context(|| format!("cannot write {log:?}"))?;
        let errors = output.try_clone().context("cannot share the log")?;
        server.stdin(Stdio::null()).stdout(output).stderr(errors);
        let process = server
            .spawn()
            .with_context(|| format!("cannot start {server:?}"))?;
        let mut server = Self {
            process,
            _folder: folder,
        };
        let begun = Instant::now();
        while !is_ready() {
            let ended = server.process.try_wait().context("cannot watch a server")?;
            if ended.is_some() || begun.elapsed() > START {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                bail!("a server does not start: {said}");
            }
            std::thread::park_timeout(PAUSE);
        }
        Ok(server)
    }
}

impl Drop for Server {
    /// Stops the server as Ctrl-C does, and waits until it has ended.
    fn drop(&mut self) {
        let id = self.process.id().to_string();
        let asked = command("kill", &["-INT", &id]).status();
        if !asked.is_ok_and(|asked| asked.success()) {
            // It has ended already, or it cannot be asked.
            self.process.kill().ok();
        }
        self.process.wait().ok();
    }
}

/// Returns a command that ends with this process, as the user `user` if there is one.
pub(super) fn server(program: &Path, user: Option<&str>) -> Command {
    let mut words: Vec<String> = Vec::new();
    if cfg!(target_os = "linux") {
        words.extend(ENDS_WITH_PARENT.iter().map(|word| (*word).to_owned()));
        if let Some(user) = user {
            let ids = [format!("--reuid={user}"), format!("--regid={user}")];
            words.extend(ids);
            words.push("--clear-groups".to_owned());
        }
        words.push("--".to_owned());
    }
    words.push(program.display().to_string());
    let mut words = words.into_iter();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir("/");
    command
}

/// Returns a port of this machine that is free now.
pub(super) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot find a free port")?;
    Ok(listener.local_addr().context("the free port")?.port())
}

/// Returns a new folder for the data of a server.
pub(super) fn folder(name: &str) -> Result<TempDir> {
    let folder = tempfile::TempDir::with_prefix(format!("capwire-{name}-"));
    folder.context("cannot create a folder")
}
