//! The configuration of a binding.

use crate::address::Network;
use crate::allow::Sites;
use capwire_client_tls::{Own, Pem};
use capwire_contracts::http::{Scheme, Url};
use capwire_provider::{Config, Key, ProviderError};
use hyper::header::HeaderValue;
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Duration;

const ALLOW: &str = "ALLOW";
const ALLOW_PRIVATE: &str = "ALLOW_PRIVATE";
const TIMEOUT: &str = "TIMEOUT";
const CONNECT_TIMEOUT: &str = "CONNECT_TIMEOUT";
const HEAD_TIMEOUT: &str = "HEAD_TIMEOUT";
const MAX_BODY: &str = "MAX_BODY";
const MAX_REQUESTS: &str = "MAX_REQUESTS";
const REDIRECTS: &str = "REDIRECTS";
const RETRIES: &str = "RETRIES";
const HTTP2: &str = "HTTP2";
const IDLE_CONNECTIONS: &str = "IDLE_CONNECTIONS";
const IDLE_TIMEOUT: &str = "IDLE_TIMEOUT";
const ROOTS: &str = "ROOTS";
const CLIENT_CERT: &str = "CLIENT_CERT";
const CLIENT_KEY: &str = "CLIENT_KEY";
const PROXY: &str = "PROXY";
const PROXY_AUTHORIZATION: &str = "PROXY_AUTHORIZATION";

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        ALLOW,
        "none",
        "The hosts that requests may name, between commas or white space: `api.example.com`, `*.example.com:8443`, `https://example.org`, `*`. Without it, every request is refused.",
    ),
    Key::new(
        ALLOW_PRIVATE,
        "none",
        "Addresses and networks that requests may reach although they are not on the internet, between commas or white space: `127.0.0.1`, `10.1.0.0/16`, `fd00::/8`.",
    ),
    Key::new(
        TIMEOUT,
        "`30s`",
        "The total time of a request, with its redirects, its retries and the body of the response. The caller's deadline ends the request, too.",
    ),
    Key::new(
        CONNECT_TIMEOUT,
        "`10s`",
        "The time to find an address, connect to it and agree on TLS.",
    ),
    Key::new(
        HEAD_TIMEOUT,
        "`30s`",
        "The time from sending a request until the head of its response, with connecting.",
    ),
    Key::new(
        MAX_BODY,
        "`1MiB`",
        "The maximum size of the body of a response.",
    ),
    Key::new(
        MAX_REQUESTS,
        "`32`",
        "The maximum number of requests at once. Others wait, within their time.",
    ),
    Key::new(
        REDIRECTS,
        "`5`",
        "The maximum number of redirects that a request follows, from 0 to 20. With `0`, the actor gets the redirect itself.",
    ),
    Key::new(
        RETRIES,
        "`1`",
        "The number of times from 0 to 10 that a request with an idempotent method is sent again if no response begins.",
    ),
    Key::new(
        HTTP2,
        "`auto`",
        "`auto` lets servers choose HTTP/2 by TLS; `only` demands HTTP/2, also without TLS; `never` speaks HTTP/1.1.",
    ),
    Key::new(
        IDLE_CONNECTIONS,
        "`8`",
        "The number of idle connections that are kept for each host.",
    ),
    Key::new(
        IDLE_TIMEOUT,
        "`60s`",
        "The time after which an idle connection is closed.",
    ),
    Key::new(
        ROOTS,
        "Mozilla's",
        "The certificates of the authorities that sign servers' certificates: a file in PEM, or its text. It replaces the default.",
    ),
    Key::new(
        CLIENT_CERT,
        "none",
        "The client's certificate with its chain: a file in PEM, or its text.",
    ),
    Key::new(
        CLIENT_KEY,
        "none",
        "The private key of `CLIENT_CERT`: a file in PEM, or its text, which can be a secret.",
    ),
    Key::new(
        PROXY,
        "none",
        "The proxy to which the client sends `CONNECT`, as `http://host:port`. Variables of the environment such as `HTTPS_PROXY` have no effect.",
    ),
    Key::new(
        PROXY_AUTHORIZATION,
        "none",
        "The header `Proxy-Authorization` for the proxy, which can be a secret.",
    ),
];

const NAMES: [&str; KEYS.len()] = Key::names(KEYS);

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;

const MOST_REDIRECTS: u64 = 20;
const MOST_RETRIES: u64 = 10;
const MOST_REQUESTS: usize = 4096;

/// The use of HTTP/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Http2 {
    Auto,
    Only,
    Never,
}

impl Http2 {
    /// Returns the names of the protocols to offer by TLS.
    pub(crate) fn protocols(self) -> Vec<Vec<u8>> {
        let (h1, h2) = (b"http/1.1".to_vec(), b"h2".to_vec());
        match self {
            Self::Auto => vec![h2, h1],
            Self::Only => vec![h2],
            Self::Never => vec![h1],
        }
    }
}

/// A proxy that connects on request.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// The name, or the address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) authorization: Option<HeaderValue>,
}

/// The configuration of a binding.
pub(crate) struct Settings {
    pub(crate) sites: Sites,
    pub(crate) networks: Vec<Network>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) head_timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) max_requests: usize,
    pub(crate) redirects: u64,
    pub(crate) retries: u64,
    pub(crate) http2: Http2,
    pub(crate) idle_connections: usize,
    pub(crate) idle_timeout: Duration,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) proxy: Option<Proxy>,
}

impl Settings {
    pub(crate) fn read(config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let http2 = http2(config)?;
        let time = |key, seconds| -> Result<Duration, ProviderError> {
            Ok(config.time(key)?.unwrap_or(Duration::from_secs(seconds)))
        };
        let max_body = config.size(MAX_BODY, 0..=u64::MAX)?.unwrap_or(1 << 20);
        let max_requests = config.number(MAX_REQUESTS, 1..=MOST_REQUESTS)?;
        let redirects = config.number(REDIRECTS, 0..=MOST_REDIRECTS)?;
        let retries = config.number(RETRIES, 0..=MOST_RETRIES)?;
        let idle_connections = config.number(IDLE_CONNECTIONS, 0..=MOST_REQUESTS)?;
        let own = Own::of(config, CLIENT_CERT, CLIENT_KEY)?;
        let mut tls = capwire_client_tls::config(Pem::of(config, ROOTS), own)?;
        tls.alpn_protocols = http2.protocols();
        Ok(Self {
            sites: config.parse(ALLOW)?.unwrap_or_default(),
            networks: networks(config)?,
            timeout: time(TIMEOUT, 30)?,
            connect_timeout: time(CONNECT_TIMEOUT, 10)?,
            head_timeout: time(HEAD_TIMEOUT, 30)?,
            max_body: usize::try_from(max_body).unwrap_or(usize::MAX),
            max_requests: max_requests.unwrap_or(32),
            redirects: redirects.unwrap_or(5),
            retries: retries.unwrap_or(1),
            http2,
            idle_connections: idle_connections.unwrap_or(8),
            idle_timeout: time(IDLE_TIMEOUT, 60)?,
            tls: Arc::new(tls),
            proxy: proxy(config)?,
        })
    }
}

fn networks(config: &Config) -> Result<Vec<Network>, ProviderError> {
    let text = config.get(ALLOW_PRIVATE).unwrap_or_default();
    let entries = text.split([',', ' ', '\t', '\r', '\n']);
    let entries = entries.filter(|entry| !entry.is_empty());
    let networks = entries.map(|entry| {
        entry.parse().map_err(|_| {
            let reason = format!(
                "its entry {entry:?} is neither an address nor a network such as `10.1.0.0/16`, whose address has zeros after its length"
            );
            ProviderError::config(ALLOW_PRIVATE, reason)
        })
    });
    networks.collect()
}

fn http2(config: &Config) -> Result<Http2, ProviderError> {
    match config.get(HTTP2) {
        None | Some("auto") => Ok(Http2::Auto),
        Some("only") => Ok(Http2::Only),
        Some("never") => Ok(Http2::Never),
        Some(_) => Err(ProviderError::config(
            HTTP2,
            "must be `auto`, `only` or `never`",
        )),
    }
}

fn proxy(config: &Config) -> Result<Option<Proxy>, ProviderError> {
    let authorization = config.get(PROXY_AUTHORIZATION);
    let Some(text) = config.get(PROXY) else {
        return match authorization {
            None => Ok(None),
            Some(_) => Err(ProviderError::config(
                PROXY_AUTHORIZATION,
                "needs `PROXY`, too",
            )),
        };
    };
    let wrong = || {
        ProviderError::config(
            PROXY,
            "must be `http://host:port`, without a user or a path",
        )
    };
    let url: Url = text.parse().map_err(|_| wrong())?;
    if url.scheme() != Scheme::Http || url.target() != "/" {
        return Err(wrong());
    }
    let authorization = authorization.map(|text| -> Result<HeaderValue, ProviderError> {
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            ProviderError::config(PROXY_AUTHORIZATION, "must be printable ASCII in one line")
        })?;
        value.set_sensitive(true);
        Ok(value)
    });
    let host = url.host().trim_start_matches('[').trim_end_matches(']');
    Ok(Some(Proxy {
        host: host.to_owned(),
        port: url.port(),
        authorization: authorization.transpose()?,
    }))
}

#[cfg(test)]
mod tests {
    use super::{Config, KEYS, Settings};

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("ALLOW", "https://example.com/path"),
            ("ALLOW_PRIVATE", "10.0.0.1/8"),
            ("TIMEOUT", "30"),
            ("CONNECT_TIMEOUT", "0s"),
            ("HEAD_TIMEOUT", "soon"),
            ("MAX_BODY", "1MB"),
            ("MAX_REQUESTS", "0"),
            ("REDIRECTS", "21"),
            ("RETRIES", "-1"),
            ("HTTP2", "yes"),
            ("IDLE_CONNECTIONS", "many"),
            ("IDLE_TIMEOUT", "1"),
            ("ROOTS", "/no/such/file"),
            ("ROOTS", "-----BEGIN CERTIFICATE-----"),
            ("CLIENT_CERT", "/no/such/file"),
            ("CLIENT_KEY", "/no/such/file"),
            ("PROXY", "https://proxy:3128"),
            ("PROXY", "http://user:secret@proxy:3128"),
            ("PROXY_AUTHORIZATION", "Basic c2VjcmV0"),
            ("COLOUR", "red"),
        ] {
            let read = Settings::read(&Config::from_iter([(key, value)]));
            let error = read.map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = |key: &&super::Key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            Some((key.name, value))
        };
        let written = KEYS.iter().filter_map(|key| documented(&key));
        let written = Settings::read(&Config::from_iter(written)).unwrap();
        let default = Settings::read(&Config::default()).unwrap();
        let shown = |settings: &Settings| {
            format!(
                "{:?}",
                (
                    (
                        settings.timeout,
                        settings.connect_timeout,
                        settings.head_timeout
                    ),
                    (settings.max_body, settings.max_requests, settings.redirects),
                    (settings.retries, settings.http2, settings.idle_connections),
                    settings.idle_timeout,
                )
            )
        };
        assert_eq!(shown(&written), shown(&default));
        assert!(default.sites.is_empty() && default.networks.is_empty());
    }
}
