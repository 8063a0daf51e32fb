//! A server of one test, which may kill it.

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
pub(crate) struct Own {
    folder: TempDir,
    config: String,
    process: Child,
    pub(crate) port: u16,
    monitor: u16,
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Own {
    /// Starts a server with further lines in its configuration.
    pub(crate) fn start(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
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

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts the server again, on other ports.
    pub(crate) fn restart(&mut self) {
        self.process = process(&self.folder, &self.config);
        self.wait();
    }

    /// Returns the number of connections.
    pub(crate) fn connections(&self) -> u64 {
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
pub(crate) struct Proxy {
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
    pub(crate) async fn start(server: &Own) -> Self {
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

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn lead_to(&self, server: &Own) {
        self.to.store(server.port, Ordering::SeqCst);
    }
}
