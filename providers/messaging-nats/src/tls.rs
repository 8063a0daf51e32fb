//! TLS: the certificates that the client trusts.

use capwire_provider::ProviderError;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The start of a text in PEM, which is no path.
const PEM: &str = "-----BEGIN";

/// Returns the configuration of TLS 1.2 and 1.3 that trusts the authorities in `roots`, by default those that Mozilla
/// trusts. `roots` has the key and its value.
pub(crate) fn config(roots: Option<(&'static str, &str)>) -> Result<ClientConfig, ProviderError> {
    let roots = match roots {
        Some((key, value)) => own_roots(key, value)?,
        None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
    };
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| ProviderError::unavailable("TLS is not available", error))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn own_roots(key: &'static str, value: &str) -> Result<RootCertStore, ProviderError> {
    let pem = match value.trim_start().starts_with(PEM) {
        true => value.as_bytes().to_owned(),
        false => std::fs::read(value).map_err(|error| {
            ProviderError::config(key, format!("cannot read the file: {error}"))
        })?,
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let certificates = certificates.unwrap_or_default();
    if certificates.is_empty() {
        return Err(ProviderError::config(key, "has no certificates in PEM"));
    }
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|error| {
            ProviderError::config(key, format!("has a bad certificate: {error}"))
        })?;
    }
    Ok(roots)
}
