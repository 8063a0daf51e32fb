//! TLS for a server: certificates from files, which can be replaced while it runs.

mod certificate;
mod reload;
mod resolver;
mod sources;

pub(crate) use sources::Sources;

use crate::keys::TLS_CLIENT_CA;
use arc_swap::ArcSwap;
use capwire_provider::ProviderError;
use capwire_serving::{Handshake, Opened, Protocol};
use reload::Reloading;
use resolver::Certificates;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use sources::Contents;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The protocols over TLS, in the order of preference.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The TLS handshake of a server. Connections that have begun keep their certificate.
pub(crate) struct Tls {
    current: Arc<ArcSwap<ServerConfig>>,
    /// Replaces `current` until it is dropped.
    _reloading: Reloading,
}

impl Tls {
    /// Reads `sources`, and reads their files again every `interval`.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, or if it has no valid certificate and key.
    pub(crate) async fn start(sources: Sources, interval: Duration) -> Result<Self, ProviderError> {
        let (sources, contents) = sources.read_in_background().await;
        let contents = contents?;
        let current = Arc::new(ArcSwap::from_pointee(config(&contents)?));
        let reloading = Reloading::start(sources, contents, Arc::clone(&current), interval);
        Ok(Self {
            current,
            _reloading: reloading,
        })
    }

    /// Checks `sources` as [`start`](Self::start) does. Blocks.
    pub(crate) fn check(sources: &Sources) -> Result<(), ProviderError> {
        config(&sources.read()?).map(drop)
    }
}

impl Handshake for Tls {
    type Stream = TlsStream<TcpStream>;

    async fn perform(&self, stream: TcpStream) -> io::Result<Opened<Self::Stream>> {
        let acceptor = TlsAcceptor::from(self.current.load_full());
        let stream = acceptor.accept(stream).await?;
        let agreed = stream.get_ref().1.alpn_protocol();
        let protocol = match agreed == Some(b"h2") {
            true => Protocol::Http2,
            false => Protocol::Http1,
        };
        Ok(Opened {
            stream,
            protocol: Some(protocol),
        })
    }
}

/// Returns the configuration of TLS 1.2 and 1.3 with what files contain.
fn config(contents: &Contents) -> Result<ServerConfig, ProviderError> {
    let provider = Arc::new(ring::default_provider());
    let certificates = Certificates::of(contents, &provider, SystemTime::now())?;
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| ProviderError::unavailable("TLS is not available", error))?;
    let builder = match &contents.client_ca {
        Some(ca) => builder.with_client_cert_verifier(verifier(&ca.bytes, &ca.place, provider)?),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

/// Returns a verifier that demands a certificate of one of the authorities in `pem`.
fn verifier(
    pem: &[u8],
    place: &str,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, ProviderError> {
    let refused = |reason: String| ProviderError::config(TLS_CLIENT_CA, reason);
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| refused(format!("{place}: {error}")))?;
        let added = roots.add(certificate);
        added.map_err(|error| refused(format!("{place}: {error}")))?;
    }
    if roots.is_empty() {
        return Err(refused(format!("{place} contains no certificate")));
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| refused(format!("{place}: {error}")))
}
