//! The begin of a connection, before HTTP.

use crate::protocol::Protocol;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Prepares accepted connections for HTTP, for example by a TLS handshake.
pub trait Handshake: Send + Sync + 'static {
    /// The stream of a connection after its handshake.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Prepares a connection. After [`Options::head`](crate::Options::head), the server drops the
    /// future and closes the connection.
    fn perform(
        &self,
        stream: TcpStream,
    ) -> impl Future<Output = io::Result<Opened<Self::Stream>>> + Send;
}

/// A connection after its handshake.
#[derive(Debug)]
pub struct Opened<S> {
    /// Its stream.
    pub stream: S,
    /// The protocol, if client and server agreed on it. Otherwise, the client's first bytes show it.
    pub protocol: Option<Protocol>,
}

/// No handshake: HTTP in clear text.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClearText;

impl Handshake for ClearText {
    type Stream = TcpStream;

    async fn perform(&self, stream: TcpStream) -> io::Result<Opened<TcpStream>> {
        Ok(Opened {
            stream,
            protocol: None,
        })
    }
}
