//! TLS: the certificates that the client trusts, and its own.

use crate::settings::Http2;
use capwire_provider::ProviderError;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// The start of a text in PEM, which is no path.
const PEM: &str = "-----BEGIN";

/// The PEM texts of a binding.
pub(crate) struct Certificates<'a> {
    /// The key `ROOTS` and its value.
    pub(crate) roots: Option<(&'static str, &'a str)>,
    /// The key `CLIENT_CERT` and its value.
    pub(crate) chain: Option<(&'static str, &'a str)>,
    /// The key `CLIENT_KEY` and its value.
    pub(crate) key: Option<(&'static str, &'a str)>,
}

/// Returns the configuration of TLS 1.2 and 1.3 with `certificates`.
pub(crate) fn config(
    certificates: &Certificates<'_>,
    http2: Http2,
) -> Result<ClientConfig, ProviderError> {
    let roots = match certificates.roots {
        Some((key, value)) => own_roots(key, value)?,
        None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ProviderError::unavailable("TLS is not available", error))?
        .with_root_certificates(roots);
    let mut config = match (certificates.chain, certificates.key) {
        (None, None) => builder.with_no_client_auth(),
        (Some(chain), Some((key, value))) => {
            let private = PrivateKeyDer::from_pem_slice(&read(key, value)?);
            let private =
                private.map_err(|_| ProviderError::config(key, "has no private key in PEM"))?;
            let pair = builder.with_client_auth_cert(certificates_of(chain.0, chain.1)?, private);
            pair.map_err(|error| {
                ProviderError::config(key, format!("does not belong to `CLIENT_CERT`: {error}"))
            })?
        }
        (Some((key, _)), None) => {
            return Err(ProviderError::config(key, "needs `CLIENT_KEY`, too"));
        }
        (None, Some((key, _))) => {
            return Err(ProviderError::config(key, "needs `CLIENT_CERT`, too"));
        }
    };
    config.alpn_protocols = http2.protocols();
    Ok(config)
}

fn own_roots(key: &'static str, value: &str) -> Result<RootCertStore, ProviderError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_of(key, value)? {
        let added = roots.add(certificate);
        added.map_err(|error| {
            ProviderError::config(key, format!("has a bad certificate: {error}"))
        })?;
    }
    Ok(roots)
}

fn certificates_of(
    key: &'static str,
    value: &str,
) -> Result<Vec<CertificateDer<'static>>, ProviderError> {
    let pem = read(key, value)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(ProviderError::config(key, "has no certificates in PEM")),
    }
}

/// Returns the PEM text in `value`, or in the file that it names.
fn read(key: &'static str, value: &str) -> Result<Vec<u8>, ProviderError> {
    if value.trim_start().starts_with(PEM) {
        return Ok(value.as_bytes().to_owned());
    }
    std::fs::read(value)
        .map_err(|error| ProviderError::config(key, format!("cannot read the file: {error}")))
}
