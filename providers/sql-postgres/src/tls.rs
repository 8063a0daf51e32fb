//! TLS on the connections of tokio-postgres.

use crate::bounded::{Bounded, Exceeded};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_postgres::tls::TlsConnect;
use tokio_rustls::{TlsConnector, client};

/// The agreement on TLS of one connection.
pub(crate) struct Agreement {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) name: ServerName<'static>,
    /// The most bytes of a message of the server.
    pub(crate) most: usize,
    pub(crate) exceeded: Exceeded,
}

type Encrypted = Bounded<client::TlsStream<TcpStream>>;

impl TlsConnect<TcpStream> for Agreement {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted>> + Send>>;

    fn connect(self, stream: TcpStream) -> Self::Future {
        Box::pin(async move {
            let connector = TlsConnector::from(self.config);
            let stream = connector.connect(self.name, stream).await?;
            Ok(Bounded::new(stream, self.most, self.exceeded))
        })
    }
}
