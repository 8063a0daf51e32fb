//! One certificate chain with its private key.

use super::sources::Content;
use crate::keys::{TLS_CERTIFICATE, TLS_KEY};
use capwire_provider::ProviderError;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use std::time::{Duration, SystemTime};
use x509_cert::Certificate;
use x509_cert::der::{DateTime, Decode};

/// Returns the chain in `certificate` with its key.
///
/// # Errors
/// Returns an error if one of them is malformed, if the certificate is not valid at `now`, or if the
/// key belongs to another certificate.
pub(super) fn load(
    (certificate, key): &(Content, Content),
    provider: &CryptoProvider,
    now: SystemTime,
) -> Result<CertifiedKey, ProviderError> {
    let chain = chain(certificate)?;
    let leaf = chain
        .first()
        .ok_or_else(|| wrong(certificate, "contains no certificate"))?;
    check_time(leaf, certificate, now)?;
    let private = PrivateKeyDer::from_pem_slice(&key.bytes).map_err(|error| match error {
        PemError::NoItemsFound => {
            let reason = "contains no private key, or an encrypted one, which is not supported";
            wrong_key(key, reason)
        }
        error => wrong_key(key, &error.to_string()),
    })?;
    CertifiedKey::from_der(chain, private, provider).map_err(|error| match error {
        TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            let of = format!("is not the key of the certificate in {}", certificate.place);
            wrong_key(key, &of)
        }
        error => wrong_key(key, &format!("cannot be used: {error}")),
    })
}

fn chain(certificate: &Content) -> Result<Vec<CertificateDer<'static>>, ProviderError> {
    let chain: Result<_, _> = CertificateDer::pem_slice_iter(&certificate.bytes).collect();
    chain.map_err(|error: PemError| wrong(certificate, &error.to_string()))
}

fn check_time(
    leaf: &CertificateDer<'_>,
    certificate: &Content,
    now: SystemTime,
) -> Result<(), ProviderError> {
    let parsed = Certificate::from_der(leaf)
        .map_err(|error| wrong(certificate, &format!("is not a certificate: {error}")))?;
    let validity = parsed.tbs_certificate.validity;
    let now = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let (begin, end) = (validity.not_before, validity.not_after);
    if now > end.to_unix_duration() {
        let when = date(end.to_unix_duration());
        return Err(wrong(certificate, &format!("expired at {when}")));
    }
    if now < begin.to_unix_duration() {
        let when = date(begin.to_unix_duration());
        return Err(wrong(certificate, &format!("is not valid before {when}")));
    }
    Ok(())
}

fn date(since_epoch: Duration) -> String {
    DateTime::from_unix_duration(since_epoch).map_or_else(|_| "?".to_owned(), |it| it.to_string())
}

fn wrong(certificate: &Content, reason: &str) -> ProviderError {
    ProviderError::config(TLS_CERTIFICATE, format!("{} {reason}", certificate.place))
}

fn wrong_key(key: &Content, reason: &str) -> ProviderError {
    ProviderError::config(TLS_KEY, format!("{} {reason}", key.place))
}
