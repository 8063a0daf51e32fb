//! A server of one test, which may kill and stop it.

use crate::subject::pause;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};

/// A server on a port of its own.
pub(crate) struct Own {
    folder: TempDir,
    process: Child,
    port: u16,
    options: Vec<String>,
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Own {
    /// Starts a server with the role and the database `capwire`.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| Vec::new()).await
    }

    /// Starts it with the options that `prepare` returns for the folder of its data.
    pub(crate) async fn start_with(prepare: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        give_away(folder.path());
        let mut create = command("initdb");
        create.args(["--auth=trust", "--username=postgres", "--no-sync"]);
        create.args(["--encoding=UTF8", "--locale=C", "--pgdata"]);
        create.arg(folder.path().join("data")).stdout(Stdio::null());
        assert!(create.status().unwrap().success());
        let options = prepare(&folder.path().join("data"));
        give_away(folder.path());
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let process = process(folder.path(), port, &options);
        let own = Self {
            folder,
            process,
            port,
            options,
        };
        own.wait().await;
        let server = own.direct("postgres").await.unwrap();
        for statement in [
            "CREATE ROLE capwire LOGIN",
            "CREATE DATABASE capwire OWNER capwire",
        ] {
            server.batch_execute(statement).await.unwrap();
        }
        own
    }

    /// Returns the address of the server.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Returns a connection of the superuser, without the provider.
    pub(crate) async fn direct(&self, database: &str) -> Option<Client> {
        let socket = format!(".s.PGSQL.{}", self.port);
        let stream = UnixStream::connect(self.folder.path().join(socket))
            .await
            .ok()?;
        let mut config = Config::new();
        config
            .user("postgres")
            .dbname(database)
            .ssl_mode(SslMode::Disable);
        let (client, connection) = config.connect_raw(stream, NoTls).await.ok()?;
        tokio::spawn(connection);
        Some(client)
    }

    /// Kills the server with all of its processes, as a loss of power would, as far as they can tell.
    pub(crate) fn kill(&mut self) {
        self.signal("KILL");
        self.process.kill().ok();
        self.process.wait().unwrap();
    }

    /// Starts the server again, with the data of its disk, and waits until it serves.
    pub(crate) async fn restart(&mut self) {
        std::fs::remove_file(self.folder.path().join("data/postmaster.pid")).ok();
        self.process = process(self.folder.path(), self.port, &self.options);
        self.wait().await;
    }

    /// Sends a signal to the server and all of its processes: `STOP` stops them, and `CONT` lets them go on.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        let children = Command::new("pgrep").args(["-P", &id]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let mut kill = Command::new("kill");
        kill.args(["-s", signal, &id])
            .args(children.split_whitespace());
        // A process may have ended meanwhile.
        kill.stderr(Stdio::null()).status().unwrap();
    }

    async fn wait(&self) {
        while self.direct("postgres").await.is_none() {
            pause().await;
        }
    }
}

/// Gives a folder to the user of the server.
fn give_away(folder: &Path) {
    if is_root() {
        let given = Command::new("chown")
            .args(["-R", "postgres"])
            .arg(folder)
            .status();
        assert!(given.unwrap().success());
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.starts_with(b"0")
}

/// Returns a command of PostgreSQL, as the user `postgres` if this one is root, as whom it refuses to run.
fn command(name: &str) -> Command {
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap();
    let folders = versions.map(|version| version.unwrap().path().join("bin"));
    let program: PathBuf = folders.max().unwrap().join(name);
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program).current_dir("/");
    command
}

fn process(folder: &Path, port: u16, options: &[String]) -> Child {
    let mut server = command("postgres");
    server
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder);
    server.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    server.args(options);
    server.stdout(Stdio::null()).stderr(Stdio::null());
    server.spawn().unwrap()
}
