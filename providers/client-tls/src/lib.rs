//! The TLS of providers that connect to servers: the certificates that the client trusts, and its own.
//!
//! A value of a binding is a text in PEM, or the name of a file with it.
#![forbid(unsafe_code)]

use capwire_provider::{Config, ProviderError};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// The start of a text in PEM, which is no path.
const PEM: &str = "-----BEGIN";

/// A key of a binding and its value, which is a text in PEM, or the name of a file with it.
#[derive(Clone, Copy)]
pub struct Pem<'c> {
    key: &'static str,
    value: &'c str,
}

/// The client's own certificates, and their private key.
#[derive(Clone, Copy)]
pub struct Own<'c> {
    certificates: Pem<'c>,
    key: Pem<'c>,
}

impl<'c> Pem<'c> {
    /// Returns the value of `key`, if it is set.
    #[must_use]
    pub fn of(config: &'c Config, key: &'static str) -> Option<Self> {
        let value = config.get(key)?;
        Some(Self { key, value })
    }

    fn error(self, reason: impl Into<String>) -> ProviderError {
        ProviderError::config(self.key, reason)
    }

    fn read(self) -> Result<Vec<u8>, ProviderError> {
        match self.value.trim_start().starts_with(PEM) {
            true => Ok(self.value.as_bytes().to_owned()),
            false => std::fs::read(self.value)
                .map_err(|error| self.error(format!("cannot read the file: {error}"))),
        }
    }

    fn certificates(self) -> Result<Vec<CertificateDer<'static>>, ProviderError> {
        let bytes = self.read()?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
        match certificates {
            Ok(certificates) if !certificates.is_empty() => Ok(certificates),
            _ => Err(self.error("has no certificates in PEM")),
        }
    }

    fn roots(self) -> Result<RootCertStore, ProviderError> {
        let mut roots = RootCertStore::empty();
        for certificate in self.certificates()? {
            roots
                .add(certificate)
                .map_err(|error| self.error(format!("has a bad certificate: {error}")))?;
        }
        Ok(roots)
    }
}

impl<'c> Own<'c> {
    /// Returns the certificates in the value of the key `certificates`, and their private key in that of `key`, if
    /// they are set.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if only one of them is set.
    ///
    /// ```
    /// use capwire_client_tls::Own;
    /// use capwire_provider::Config;
    ///
    /// let config = Config::from_iter([("CERTIFICATE", "client.pem")]);
    /// let error = Own::of(&config, "CERTIFICATE", "KEY").err().unwrap();
    /// assert!(error.to_string().contains("needs `KEY`, too"));
    /// ```
    pub fn of(
        config: &'c Config,
        certificates: &'static str,
        key: &'static str,
    ) -> Result<Option<Self>, ProviderError> {
        match (Pem::of(config, certificates), Pem::of(config, key)) {
            (None, None) => Ok(None),
            (Some(certificates), Some(key)) => Ok(Some(Self { certificates, key })),
            (Some(alone), None) => Err(alone.error(format!("needs `{key}`, too"))),
            (None, Some(alone)) => Err(alone.error(format!("needs `{certificates}`, too"))),
        }
    }
}

/// Returns the configuration of TLS 1.2 and 1.3 that trusts the authorities in `roots`, by default those that Mozilla
/// trusts, and identifies the client by its `own` certificates.
///
/// # Errors
/// Returns [`ProviderError::Config`] with the key whose file cannot be read, or whose text is not in PEM, or whose
/// private key is for another certificate. An error never has a part of a private key.
///
/// ```
/// use capwire_client_tls::{Pem, config};
/// use capwire_provider::Config;
///
/// assert!(config(None, None)?.client_auth_cert_resolver.has_certs() == false);
/// let binding = Config::from_iter([("ROOTS", "/no/such/file")]);
/// let error = config(Pem::of(&binding, "ROOTS"), None).unwrap_err();
/// assert!(error.to_string().contains("`ROOTS`"));
/// # Ok::<(), capwire_provider::ProviderError>(())
/// ```
pub fn config(roots: Option<Pem<'_>>, own: Option<Own<'_>>) -> Result<ClientConfig, ProviderError> {
    let roots = match roots {
        Some(roots) => roots.roots()?,
        None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
    };
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| ProviderError::unavailable("TLS is not available", error))?
        .with_root_certificates(roots);
    let Some(Own { certificates, key }) = own else {
        return Ok(builder.with_no_client_auth());
    };
    // The error could quote the key.
    let private = PrivateKeyDer::from_pem_slice(&key.read()?)
        .map_err(|_| key.error("has no private key in PEM"))?;
    builder
        .with_client_auth_cert(certificates.certificates()?, private)
        .map_err(|_| key.error(format!("does not belong to `{}`", certificates.key)))
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
