//! TLS: the certificates that the client trusts, and its own.

use crate::bounded::{Bounded, Exceeded};
use capwire_provider::ProviderError;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_postgres::tls::TlsConnect;
use tokio_rustls::{TlsConnector, client};

/// The start of a text in PEM, which is no path.
const PEM: &str = "-----BEGIN";

/// A key and its value, which is a file in PEM or its text.
pub(crate) type Pem<'c> = (&'static str, &'c str);

/// Returns the configuration of TLS 1.2 and 1.3 that trusts the authorities in `roots`, by default those that Mozilla
/// trusts. `own` has the client's certificates and their private key.
pub(crate) fn config(
    roots: Option<Pem<'_>>,
    own: Option<(Pem<'_>, Pem<'_>)>,
) -> Result<ClientConfig, ProviderError> {
    let roots = match roots {
        Some(roots) => own_roots(roots)?,
        None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
    };
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| ProviderError::unavailable("TLS is not available", error))?
        .with_root_certificates(roots);
    match own {
        None => Ok(builder.with_no_client_auth()),
        Some((certificate, key)) => {
            let pem = read(key)?;
            // The error could quote the key.
            let private = PrivateKeyDer::from_pem_slice(&pem)
                .map_err(|_| ProviderError::config(key.0, "has no private key in PEM"))?;
            builder
                .with_client_auth_cert(certificates(certificate)?, private)
                .map_err(|_| ProviderError::config(key.0, "does not fit the certificate"))
        }
    }
}

fn read((key, value): Pem<'_>) -> Result<Vec<u8>, ProviderError> {
    match value.trim_start().starts_with(PEM) {
        true => Ok(value.as_bytes().to_owned()),
        false => std::fs::read(value)
            .map_err(|error| ProviderError::config(key, format!("cannot read the file: {error}"))),
    }
}

fn certificates(pem: Pem<'_>) -> Result<Vec<CertificateDer<'static>>, ProviderError> {
    let bytes = read(pem)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match certificates.unwrap_or_default() {
        none if none.is_empty() => {
            let reason = "has no certificates in PEM";
            Err(ProviderError::config(pem.0, reason))
        }
        certificates => Ok(certificates),
    }
}

fn own_roots(pem: Pem<'_>) -> Result<RootCertStore, ProviderError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots.add(certificate).map_err(|error| {
            ProviderError::config(pem.0, format!("has a bad certificate: {error}"))
        })?;
    }
    Ok(roots)
}

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
