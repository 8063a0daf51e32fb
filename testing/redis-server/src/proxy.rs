//! A proxy between the provider and the server, which holds, cuts and refuses connections.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The behaviour of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All bytes pass.
    Pass,
    /// Requests reach the server, and the answers wait.
    Hold,
    /// The next answer ends after its first byte, with its connection. Other connections pass.
    CutOnce,
    /// Every answer ends so. New connections do not get through either.
    Cut,
    /// Connections are closed.
    Refuse,
}

/// The server behind a proxy.
#[derive(Clone)]
enum Server {
    Address(String),
    Socket(PathBuf),
}

type Reader = Box<dyn AsyncRead + Unpin + Send>;
type Writer = Box<dyn AsyncWrite + Unpin + Send>;

impl Server {
    async fn connect(&self) -> std::io::Result<(Reader, Writer)> {
        match self {
            Self::Address(address) => {
                let stream = TcpStream::connect(address).await?;
                let (reader, writer) = stream.into_split();
                Ok((Box::new(reader), Box::new(writer)))
            }
            Self::Socket(path) => {
                let (reader, writer) = UnixStream::connect(path).await?.into_split();
                Ok((Box::new(reader), Box::new(writer)))
            }
        }
    }
}

/// A proxy on a free port, until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    mode: Arc<watch::Sender<Mode>>,
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.mode.send_replace(Mode::Refuse);
    }
}

impl Proxy {
    /// Starts a proxy for the server at the URL `server`.
    pub async fn start(server: &str) -> Self {
        let server = server.trim_start_matches("redis://").trim_end_matches('/');
        Self::to(Server::Address(server.to_owned())).await
    }

    /// Starts a proxy for the server at a socket in the file system.
    pub async fn to_socket(server: &Path) -> Self {
        Self::to(Server::Socket(server.to_owned())).await
    }

    async fn to(server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mode = Arc::new(watch::channel(Mode::Pass).0);
        let accepted = Arc::new(AtomicUsize::new(0));
        let accept = accept(listener, server, mode.clone(), accepted.clone());
        Self {
            address,
            mode,
            accepted,
            task: tokio::spawn(accept),
        }
    }

    /// Returns the URL of the proxy.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Changes the behaviour.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Returns the number of connections so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

async fn accept(
    listener: TcpListener,
    server: Server,
    mode: Arc<watch::Sender<Mode>>,
    accepted: Arc<AtomicUsize>,
) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        accepted.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(connection(client, server.clone(), mode.clone()));
    }
}

/// Ends with an error, as a connection does.
async fn connection(
    client: TcpStream,
    server: Server,
    mode: Arc<watch::Sender<Mode>>,
) -> std::io::Result<()> {
    let mut changes = mode.subscribe();
    if *changes.borrow() == Mode::Refuse {
        return Ok(());
    }
    let (mut answers, mut to_server) = server.connect().await?;
    let (mut requests, mut to_client) = client.into_split();
    let forth = copy(&mut requests, &mut to_server);
    let back = async {
        let mut bytes = [0; 16 << 10];
        loop {
            let count = answers.read(&mut bytes).await?;
            let held = |mode: &Mode| *mode != Mode::Hold;
            let now = *changes
                .wait_for(held)
                .await
                .map_err(std::io::Error::other)?;
            let cut = matches!(now, Mode::Cut | Mode::CutOnce);
            if now == Mode::CutOnce {
                mode.send_replace(Mode::Pass);
            }
            let count = if cut { count.min(1) } else { count };
            to_client.write_all(&bytes[..count]).await?;
            if cut || count == 0 {
                return Ok::<_, std::io::Error>(());
            }
        }
    };
    let mut refusal = mode.subscribe();
    tokio::select! {
        ended = forth => ended.map(drop),
        ended = back => ended,
        _ = refusal.wait_for(|mode| *mode == Mode::Refuse) => Ok(()),
    }
}
