//! A NATS server of one test, which may kill it, and a stable address of it.
#![forbid(unsafe_code)]
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure here is a failed test"
)]

use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net;

/// A server on free ports.
#[derive(Debug)]
pub struct Own {
    folder: TempDir,
    config: String,
    process: Child,
    /// The port for clients.
    pub port: u16,
    monitor: u16,
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Own {
    /// Starts a server with further lines in its configuration.
    #[must_use]
    pub fn start(config: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), config)
    }

    fn start_in(folder: TempDir, config: &str) -> Self {
        let process = process(&folder, config);
        let mut own = Self {
            folder,
            config: config.to_owned(),
            process,
            port: 0,
            monitor: 0,
        };
        own.wait();
        own
    }

    /// Starts a server with JetStream, whose answered writes are on disk.
    #[must_use]
    pub fn with_jetstream() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("jetstream");
        let config = format!(
            "jetstream {{ store_dir: '{}', sync_interval: always }}\n",
            store.display()
        );
        Self::start_in(folder, &config)
    }

    /// The URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Sends a signal: `STOP` stops the server, and `CONT` lets it go on.
    pub fn signal(&self, signal: &str) {
        let mut kill = Command::new("kill");
        kill.arg("-s")
            .arg(signal)
            .arg(self.process.id().to_string());
        assert!(kill.status().unwrap().success());
    }

    /// Kills the server as a loss of power would, as far as a process can tell.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts the server again, on other ports.
    pub fn restart(&mut self) {
        self.process = process(&self.folder, &self.config);
        self.wait();
    }

    /// Returns the number of connections.
    #[must_use]
    pub fn connections(&self) -> u64 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.monitor)).unwrap();
        stream.write_all(b"GET /varz HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let varz: Value = serde_json::from_str(body).unwrap();
        varz["connections"].as_u64().unwrap()
    }

    /// Waits until the server has told its ports.
    fn wait(&mut self) {
        let file = format!("nats-server_{}.ports", self.process.id());
        let file = self.folder.path().join(file);
        let mut ports = None;
        capwire_scaffold::eventually("the server listens", || {
            let text = fs::read_to_string(&file).unwrap_or_default();
            ports = serde_json::from_str::<Value>(&text).ok();
            ports.is_some()
        });
        let ports = ports.unwrap();
        let port = |kind: &str| {
            let url = ports[kind][0].as_str().unwrap();
            url.rsplit_once(':').unwrap().1.parse().unwrap()
        };
        (self.port, self.monitor) = (port("nats"), port("monitoring"));
    }
}

fn process(folder: &TempDir, config: &str) -> Child {
    let file = folder.path().join("nats.conf");
    let ports = folder.path().display();
    let common = format!("listen: 127.0.0.1:-1\nhttp: 127.0.0.1:-1\nports_file_dir: '{ports}'\n");
    fs::write(&file, common + config).unwrap();
    let mut server = Command::new(capwire_scaffold::set_by_xtask("CAPWIRE_NATS_SERVER"));
    server.arg("-c").arg(file).stderr(Stdio::null());
    server.spawn().unwrap()
}

/// A stable address of a server whose port changes.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    to: Arc<AtomicU16>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Listens for connections to `server`.
    pub async fn start(server: &Own) -> Self {
        let listener = net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let to = Arc::new(AtomicU16::new(server.port));
        let target = Arc::clone(&to);
        let task = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let port = target.load(Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut server = net::TcpStream::connect(("127.0.0.1", port)).await?;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Self { port, to, task }
    }

    /// The URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Leads new connections to `server`, after a restart of it.
    pub fn lead_to(&self, server: &Own) {
        self.to.store(server.port, Ordering::SeqCst);
    }
}
