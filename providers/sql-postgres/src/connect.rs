//! Connections to the server.

use crate::bounded::{Bounded, Exceeded};
use crate::settings::Server;
use crate::tls::Agreement;
use rustls::pki_types::ServerName;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::{CancelToken, Client, NoTls};

/// A connection and the task that works for it. Dropping it closes the connection.
pub(crate) struct Connected {
    pub(crate) client: Client,
    pub(crate) exceeded: Exceeded,
    driver: JoinHandle<()>,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A failure to connect.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("the server did not answer within the time set by `CONNECT_TIMEOUT`")]
    TooSlow,
    #[error("cannot connect")]
    Tcp(#[source] io::Error),
    #[error("the host of `URL` cannot have a certificate")]
    Name,
    #[error("cannot log in, or cannot agree on TLS")]
    Login(#[source] tokio_postgres::Error),
}

/// Connects and logs in.
pub(crate) async fn connect(server: &Server) -> Result<Connected, ConnectError> {
    let connected = timeout(server.connect_timeout, login(server)).await;
    connected.unwrap_or(Err(ConnectError::TooSlow))
}

async fn login(server: &Server) -> Result<Connected, ConnectError> {
    let socket = open(server).await?;
    let mut config = server.address.login.clone();
    config
        .application_name("capwire")
        .options(server.options.clone());
    let exceeded = Exceeded::default();
    let (client, driver) = match agreement(server, &exceeded)? {
        None => {
            config.ssl_mode(SslMode::Disable);
            let stream = Bounded::new(socket, server.longest_message, exceeded.clone());
            let connected = config.connect_raw(stream, NoTls).await;
            let (client, connection) = connected.map_err(ConnectError::Login)?;
            (client, tokio::spawn(drive(connection)))
        }
        Some(agreement) => {
            config.ssl_mode(SslMode::Require);
            let connected = config.connect_raw(socket, agreement).await;
            let (client, connection) = connected.map_err(ConnectError::Login)?;
            (client, tokio::spawn(drive(connection)))
        }
    };
    Ok(Connected {
        client,
        exceeded,
        driver,
    })
}

async fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::debug!(target: "capwire::sql_postgres", ?error, "a connection ended");
    }
}

async fn open(server: &Server) -> Result<TcpStream, ConnectError> {
    let address = &server.address;
    let socket = TcpStream::connect((&*address.host, address.port)).await;
    let socket = socket.map_err(ConnectError::Tcp)?;
    // A statement is a small message, and waits for its answer.
    socket.set_nodelay(true).map_err(ConnectError::Tcp)?;
    Ok(socket)
}

fn agreement(server: &Server, exceeded: &Exceeded) -> Result<Option<Agreement>, ConnectError> {
    let Some(config) = server.tls.clone() else {
        return Ok(None);
    };
    let name = ServerName::try_from(server.address.host.clone());
    Ok(Some(Agreement {
        config,
        name: name.map_err(|_| ConnectError::Name)?,
        most: server.longest_message,
        exceeded: exceeded.clone(),
    }))
}

/// Asks the server to end the statement of a connection, within a time.
pub(crate) async fn cancel(server: &Server, token: CancelToken, time: Duration) {
    let cancelled = async {
        let socket = open(server).await?;
        match agreement(server, &Exceeded::default())? {
            None => token.cancel_query_raw(socket, NoTls).await,
            Some(agreement) => token.cancel_query_raw(socket, agreement).await,
        }
        .map_err(ConnectError::Login)
    };
    match timeout(time, cancelled).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::debug!(target: "capwire::sql_postgres", ?error, "cannot cancel a statement");
        }
        Err(_) => {
            tracing::debug!(target: "capwire::sql_postgres", "cannot cancel a statement in time");
        }
    }
}
