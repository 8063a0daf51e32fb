//! Connections to the server.

use crate::settings::Server;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisError};
use rustls::pki_types::ServerName;
use std::io;
use std::pin::Pin;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// The work of a connection, which ends with the connection.
pub(crate) type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A connection and its work.
pub(crate) struct Connected {
    pub(crate) connection: MultiplexedConnection,
    pub(crate) driver: Driver,
}

/// A failure to connect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// It did not end in time.
    #[error("the server did not answer within the time set by `CONNECT_TIMEOUT`")]
    TooSlow,
    /// There is no connection.
    #[error("cannot connect")]
    Tcp(#[source] io::Error),
    /// The host has no name for a certificate.
    #[error("the host of `URL` cannot have a certificate")]
    Name,
    /// There is no encryption.
    #[error("cannot agree on TLS")]
    Tls(#[source] io::Error),
    /// The server refuses the session.
    #[error("the server does not accept the user, the password or the database of the binding")]
    Login(#[source] RedisError),
    /// The server does not serve.
    #[error("the server does not answer to PING")]
    Ping(#[source] RedisError),
}

/// Connects, logs in, and checks that the server answers to `PING`.
pub(crate) async fn connect(server: &Server) -> Result<Connected, ConnectError> {
    let connected = timeout(server.connect_timeout, login(server)).await;
    connected.unwrap_or(Err(ConnectError::TooSlow))
}

async fn login(server: &Server) -> Result<Connected, ConnectError> {
    let address = &server.address;
    let socket = TcpStream::connect((&*address.host, address.port)).await;
    let socket = socket.map_err(ConnectError::Tcp)?;
    // A command is a small message, and waits for its answer.
    socket.set_nodelay(true).map_err(ConnectError::Tcp)?;
    let Some(tls) = &server.tls else {
        return session(server, socket).await;
    };
    let name = ServerName::try_from(address.host.clone()).map_err(|_| ConnectError::Name)?;
    let stream = TlsConnector::from(tls.clone()).connect(name, socket).await;
    session(server, stream.map_err(ConnectError::Tls)?).await
}

async fn session(
    server: &Server,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Connected, ConnectError> {
    // Each call has its own time.
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    let session = &server.address.session;
    let connected = MultiplexedConnection::new_with_config(session, stream, config).await;
    let (connection, driver) = connected.map_err(ConnectError::Login)?;
    let mut driver: Driver = Box::pin(driver);
    tokio::select! {
        answer = ping(connection.clone()) => answer.map_err(ConnectError::Ping)?,
        () = &mut driver => {
            let closed = io::Error::from(io::ErrorKind::UnexpectedEof);
            return Err(ConnectError::Tcp(closed));
        }
    }
    Ok(Connected { connection, driver })
}

/// Asks the server for a sign of life.
pub(crate) async fn ping(mut connection: MultiplexedConnection) -> Result<(), RedisError> {
    redis::cmd("PING").query_async(&mut connection).await
}
