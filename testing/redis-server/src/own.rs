//! A server of one test, which may kill and stop it.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A server whose answered writes are on disk. It listens on a socket in its folder.
pub struct Own {
    folder: TempDir,
    process: Child,
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Own {
    /// Starts a server.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let process = process(&folder);
        let own = Self { folder, process };
        own.wait();
        own
    }

    /// Returns the socket on which it listens.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Makes the server a replica, or the primary server if `primary` is `NO ONE`.
    pub fn replicate(&self, primary: [&str; 2]) {
        let mut replicate = redis::cmd("REPLICAOF");
        replicate
            .arg(&primary)
            .exec(&mut self.connection().unwrap())
            .unwrap();
    }

    /// Removes all scripts.
    pub fn flush_scripts(&self) {
        let mut flush = redis::cmd("SCRIPT");
        flush
            .arg("FLUSH")
            .exec(&mut self.connection().unwrap())
            .unwrap();
    }

    /// Kills the server as a loss of power would, as far as a process can tell.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts the server again, with the data of its disk, and waits until it serves.
    pub fn restart(&mut self) {
        self.process = process(&self.folder);
        self.wait();
    }

    /// Sends a signal: `STOP` stops the server, and `CONT` lets it go on.
    pub fn signal(&self, signal: &str) {
        let mut kill = Command::new("kill");
        kill.arg("-s")
            .arg(signal)
            .arg(self.process.id().to_string());
        assert!(kill.status().unwrap().success());
    }

    /// Returns a connection without the provider.
    pub fn connection(&self) -> redis::RedisResult<redis::Connection> {
        let url = format!("unix://{}", self.socket().display());
        redis::Client::open(url)?.get_connection()
    }

    fn wait(&self) {
        capwire_scaffold::eventually("the server serves", || {
            let ping = |mut server| redis::cmd("PING").exec(&mut server);
            self.connection().and_then(ping).is_ok()
        });
    }
}

fn process(folder: &TempDir) -> Child {
    let mut server = Command::new("redis-server");
    server.args(["--port", "0", "--unixsocket", "socket", "--save", ""]);
    server.args(["--appendonly", "yes", "--appendfsync", "always"]);
    server.arg("--dir").arg(folder.path());
    server.current_dir(folder.path()).stdout(Stdio::null());
    server.spawn().unwrap()
}
