//! The places of certificates and keys, and what they contain.

use crate::keys::{TLS_CERTIFICATE, TLS_CLIENT_CA, TLS_KEY};
use capwire_provider::{Config, ProviderError};
use std::io::Read;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The maximum size of a file, in bytes.
const LONGEST: u64 = 1 << 20;
/// The beginning of a value that is itself PEM, such as a secret.
const PEM: &str = "-----BEGIN";

/// A file, or a value of the configuration that is PEM itself.
#[derive(Clone)]
enum Source {
    File(PathBuf),
    Text(Zeroizing<String>),
}

/// The places of the certificates of a server.
#[derive(Clone)]
pub(crate) struct Sources {
    /// Certificates with their keys.
    pairs: Vec<(Source, Source)>,
    client_ca: Option<Source>,
}

/// The content of one place.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Content {
    /// The place, for errors.
    pub(crate) place: String,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// The contents of all places.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Certificates with their keys.
    pub(crate) pairs: Vec<(Content, Content)>,
    pub(crate) client_ca: Option<Content>,
}

impl Sources {
    /// Returns the places that `config` names, or `None` if it wants no TLS.
    pub(crate) fn of(config: &Config) -> Result<Option<Self>, ProviderError> {
        let certificates = sources(config, TLS_CERTIFICATE);
        let keys = sources(config, TLS_KEY);
        let mut authorities = sources(config, TLS_CLIENT_CA);
        if certificates.len() != keys.len() {
            let reason = format!("must have as many entries as `{TLS_CERTIFICATE}`");
            return Err(ProviderError::config(TLS_KEY, reason));
        }
        if authorities.len() > 1 {
            let reason = "must be one file, which may contain several certificates";
            return Err(ProviderError::config(TLS_CLIENT_CA, reason));
        }
        let client_ca = authorities.pop();
        if certificates.is_empty() {
            return match client_ca {
                Some(_) => {
                    let reason = format!("needs `{TLS_CERTIFICATE}` and `{TLS_KEY}`");
                    Err(ProviderError::config(TLS_CLIENT_CA, reason))
                }
                None => Ok(None),
            };
        }
        let pairs = certificates.into_iter().zip(keys).collect();
        Ok(Some(Self { pairs, client_ca }))
    }

    /// Returns what the places contain. Blocks.
    pub(crate) fn read(&self) -> Result<Contents, ProviderError> {
        let pair = |(certificate, key): &(Source, Source)| {
            Ok((certificate.read(TLS_CERTIFICATE)?, key.read(TLS_KEY)?))
        };
        let pairs: Result<_, ProviderError> = self.pairs.iter().map(pair).collect();
        let client_ca = self.client_ca.as_ref();
        let client_ca = client_ca.map(|source| source.read(TLS_CLIENT_CA));
        Ok(Contents {
            pairs: pairs?,
            client_ca: client_ca.transpose()?,
        })
    }

    /// Does the same as [`read`](Self::read) on a thread that may block.
    pub(crate) async fn read_in_background(self) -> (Self, Result<Contents, ProviderError>) {
        let same = self.clone();
        let read = tokio::task::spawn_blocking(move || self.read());
        let contents = read.await.unwrap_or_else(|error| {
            Err(ProviderError::unavailable(
                "the certificates cannot be read",
                error,
            ))
        });
        (same, contents)
    }

    /// Returns `true` if there is a file, which can change.
    pub(crate) fn can_change(&self) -> bool {
        let pairs = self.pairs.iter().flat_map(|(one, other)| [one, other]);
        let mut all = pairs.chain(&self.client_ca);
        all.any(|source| matches!(source, Source::File(_)))
    }
}

/// Returns the entries of a value: PEM, or names of files with commas between them.
fn sources(config: &Config, key: &str) -> Vec<Source> {
    let value = config.get(key).unwrap_or_default().trim();
    if value.starts_with(PEM) {
        return vec![Source::Text(Zeroizing::new(value.to_owned()))];
    }
    let names = value.split(',').map(str::trim);
    let names = names.filter(|name| !name.is_empty());
    names.map(|name| Source::File(name.into())).collect()
}

impl Source {
    fn read(&self, key: &'static str) -> Result<Content, ProviderError> {
        let path = match self {
            Self::File(path) => path,
            Self::Text(text) => {
                return Ok(Content {
                    place: format!("the value of `{key}`"),
                    bytes: Zeroizing::new(text.as_bytes().to_vec()),
                });
            }
        };
        let place = format!("`{}`", path.display());
        let refused = |reason: String| ProviderError::config(key, reason);
        let mut bytes = Zeroizing::new(Vec::new());
        let read = std::fs::File::open(path)
            .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
        read.map_err(|error| refused(format!("{place} cannot be read: {error}")))?;
        if bytes.len() as u64 > LONGEST {
            return Err(refused(format!("{place} has more than {LONGEST} bytes")));
        }
        Ok(Content { place, bytes })
    }
}
