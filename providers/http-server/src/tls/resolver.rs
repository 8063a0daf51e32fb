//! The choice of a certificate for a client.

use super::certificate;
use super::sources::Contents;
use capwire_provider::ProviderError;
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use std::time::SystemTime;

/// The certificates of a server. Clients get the first one that is for the name that they ask for,
/// or else the first one.
#[derive(Debug)]
pub(super) struct Certificates(Vec<Arc<CertifiedKey>>);

impl Certificates {
    /// Returns the certificates in `contents`, which must be valid at `now`.
    pub(super) fn of(
        contents: &Contents,
        provider: &CryptoProvider,
        now: SystemTime,
    ) -> Result<Self, ProviderError> {
        let load = |pair| certificate::load(pair, provider, now).map(Arc::new);
        let all: Result<_, _> = contents.pairs.iter().map(load).collect();
        all.map(Self)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = client.server_name().map(ServerName::try_from);
        let named = name.and_then(Result::ok).and_then(|name| {
            let mut all = self.0.iter();
            all.find(|certificate| is_for(certificate, &name))
        });
        named.or(self.0.first()).cloned()
    }
}

fn is_for(certificate: &CertifiedKey, name: &ServerName<'_>) -> bool {
    let leaf = certificate.end_entity_cert().ok();
    let parsed = leaf.and_then(|leaf| ParsedCertificate::try_from(leaf).ok());
    parsed.is_some_and(|parsed| verify_server_name(&parsed, name).is_ok())
}
