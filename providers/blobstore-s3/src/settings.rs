//! The configuration of a binding.

use crate::keys::Prefix;
use capwire_blobstore_common::{Limits, keys};
use capwire_client_tls::Pem;
use capwire_provider::{BindingId, Config, Key, ProviderError};
use hyper::Uri;
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Duration;

const BUCKET: &str = "BUCKET";
const ENDPOINT: &str = "ENDPOINT";
const REGION: &str = "REGION";
const ACCESS_KEY: &str = "AWS_ACCESS_KEY";
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_TOKEN";
const PREFIX: &str = "PREFIX";
const ADDRESSING: &str = "ADDRESSING";
const TIMEOUT: &str = "TIMEOUT";
const CONNECT_TIMEOUT: &str = "CONNECT_TIMEOUT";
const ROOTS: &str = "ROOTS";

/// The largest blob: 10,000 parts of 5 MiB are the most of S3.
const LARGEST: u64 = 48 << 30;

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        BUCKET,
        "none: it is needed",
        "The name of the bucket, which must exist.",
    ),
    Key::new(
        ENDPOINT,
        "AWS in `REGION`",
        "The server, as `https://host[:port]` or `http://host[:port]`.",
    ),
    Key::new(
        REGION,
        "`us-east-1`",
        "The region, which is a part of each signature.",
    ),
    Key::new(
        ACCESS_KEY,
        "none: it is needed",
        "The id of the access key.",
    ),
    Key::new(
        SECRET_KEY,
        "none: it is needed",
        "The secret of the access key, which should be a secret of the manifest.",
    ),
    Key::new(
        TOKEN,
        "none",
        "The session token of a temporary access key.",
    ),
    Key::new(
        PREFIX,
        "the actor's public key",
        "The beginning of each key in the bucket, before a `/`. Bindings with the same prefix share their blobs. With an empty prefix, the containers are at the top of the bucket.",
    ),
    Key::new(
        ADDRESSING,
        "`path`",
        "`path` puts the bucket into the path of URLs, `host` into the name of the host.",
    ),
    keys::ACCESS,
    keys::MAX_BLOB,
    keys::MAX_UPLOADS,
    keys::UPLOAD_IDLE,
    keys::MAX_DOWNLOADS,
    keys::MAX_CHUNK,
    Key::new(
        TIMEOUT,
        "`30s`",
        "The maximum time of an operation, and of a chunk of a download. The caller's deadline ends an operation, too.",
    ),
    Key::new(
        CONNECT_TIMEOUT,
        "`5s`",
        "The time to find the server, connect to it and agree on TLS.",
    ),
    Key::new(
        ROOTS,
        "Mozilla's",
        "The certificates of the authorities that sign the server's certificate: a file in PEM, or its text. It replaces the default.",
    ),
];

const NAMES: [&str; KEYS.len()] = Key::names(KEYS);

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;

/// The keys whose values are names of files.
pub(crate) const FILE_KEYS: &[&str] = &[ROOTS];

/// The configuration of a binding.
pub(crate) struct Settings {
    pub(crate) server: Server,
    pub(crate) prefix: Prefix,
    pub(crate) limits: Limits,
    pub(crate) timeout: Duration,
}

/// The server of a binding, and the access to it.
pub(crate) struct Server {
    pub(crate) bucket: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) region: String,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) token: Option<String>,
    pub(crate) is_bucket_in_host: bool,
    pub(crate) connect_timeout: Duration,
    pub(crate) tls: Arc<ClientConfig>,
}

impl Settings {
    /// Reads the configuration, and the certificates.
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let prefix = config.get(PREFIX).unwrap_or(&id.actor);
        let prefix = Prefix::new(prefix).map_err(|_| {
            let reason =
                "must be parts with `/` between them, without control characters, `.` and `..`";
            ProviderError::config(PREFIX, reason)
        })?;
        let limits = Limits::read(config, LARGEST)?;
        let timeout = config.time(TIMEOUT)?;
        Ok(Self {
            // After the others, because `check` reports nothing more after a needed value that is wrong.
            server: Server::read(config)?,
            prefix,
            limits,
            timeout: timeout.unwrap_or(Duration::from_secs(30)),
        })
    }
}

impl Server {
    fn read(config: &Config) -> Result<Self, ProviderError> {
        let is_bucket_in_host = match config.get(ADDRESSING) {
            None | Some("path") => false,
            Some("host") => true,
            Some(_) => {
                return Err(ProviderError::config(
                    ADDRESSING,
                    "must be `path` or `host`",
                ));
            }
        };
        let tls = capwire_client_tls::config(Pem::of(config, ROOTS), None)?;
        let connect_timeout = config.time(CONNECT_TIMEOUT)?;
        Ok(Self {
            endpoint: endpoint(config)?,
            region: word(config, REGION)?.unwrap_or_else(|| "us-east-1".to_owned()),
            token: word(config, TOKEN)?,
            is_bucket_in_host,
            connect_timeout: connect_timeout.unwrap_or(Duration::from_secs(5)),
            tls: Arc::new(tls),
            bucket: bucket(config)?,
            access_key: needed(config, ACCESS_KEY)?,
            secret_key: needed(config, SECRET_KEY)?,
        })
    }
}

fn bucket(config: &Config) -> Result<String, ProviderError> {
    let bucket = needed(config, BUCKET)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = (3..=63).contains(&bucket.len()) && bucket.chars().all(is_plain);
    match is_name && !bucket.starts_with('.') {
        true => Ok(bucket),
        false => {
            let reason = "must have 3 to 63 letters, digits, `-`, `_` and `.`, and no others";
            Err(ProviderError::config(BUCKET, reason))
        }
    }
}

fn endpoint(config: &Config) -> Result<Option<String>, ProviderError> {
    let Some(text) = config.get(ENDPOINT) else {
        return Ok(None);
    };
    let is_plain = |uri: &Uri| {
        let authority = uri.authority().is_some_and(|it| !it.as_str().contains('@'));
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        authority && is_http && matches!(uri.path(), "" | "/") && uri.query().is_none()
    };
    match text.parse::<Uri>() {
        Ok(uri) if is_plain(&uri) => Ok(Some(text.trim_end_matches('/').to_owned())),
        _ => {
            let reason = "must be `https://host[:port]` or `http://host[:port]`";
            Err(ProviderError::config(ENDPOINT, reason))
        }
    }
}

fn needed(config: &Config, key: &'static str) -> Result<String, ProviderError> {
    word(config, key)?.ok_or_else(|| ProviderError::config(key, "is needed"))
}

/// Returns a text that can be in a header.
fn word(config: &Config, key: &'static str) -> Result<Option<String>, ProviderError> {
    let text = config.get(key).map(str::trim);
    match text {
        Some(text) if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) => {
            let reason = "must have ASCII characters without spaces";
            Err(ProviderError::config(key, reason))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::{BindingId, Config, Settings};

    const RIGHT: [(&str, &str); 3] = [
        ("BUCKET", "images"),
        ("AWS_ACCESS_KEY", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    fn read(values: &[(&str, &str)]) -> Result<Settings, super::ProviderError> {
        let id = BindingId {
            actor: "MACTOR".to_owned(),
            name: "default".to_owned(),
        };
        let values = RIGHT.iter().chain(values).copied();
        Settings::read(&id, &Config::from_iter(values))
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("BUCKET", "a/b"),
            ("BUCKET", ".."),
            ("ENDPOINT", "localhost:9000"),
            ("ENDPOINT", "http://user:secret@localhost"),
            ("ENDPOINT", "http://localhost/path"),
            ("REGION", "two words"),
            ("AWS_ACCESS_KEY", ""),
            ("AWS_SECRET_ACCESS_KEY", "a\nb"),
            ("AWS_TOKEN", " "),
            ("PREFIX", "../other"),
            ("ADDRESSING", "virtual"),
            ("MAX_BLOB", "49GiB"),
            ("TIMEOUT", "30"),
            ("CONNECT_TIMEOUT", "0s"),
            ("ROOTS", "/no/such/file"),
            ("COLOUR", "red"),
        ] {
            let error = read(&[(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
            assert!(!error.contains("secret@"), "{error}");
        }
        for (needed, _) in RIGHT {
            let values = RIGHT.into_iter().filter(|(key, _)| *key != needed);
            let id = BindingId {
                actor: "MACTOR".to_owned(),
                name: "default".to_owned(),
            };
            let error = Settings::read(&id, &Config::from_iter(values));
            let error = error.map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{needed}`")), "{error}");
        }
    }

    #[test]
    fn an_actor_has_its_own_prefix_by_default() {
        assert_eq!(read(&[]).unwrap().prefix.as_str(), "MACTOR/");
        let own = read(&[("PREFIX", "shop/images")]).unwrap().prefix;
        assert_eq!(own.as_str(), "shop/images/");
        assert_eq!(read(&[("PREFIX", "")]).unwrap().prefix.as_str(), "");
    }
}
