//! The configuration of a binding.

use crate::access::AccessLog;
use crate::client::Clients;
use crate::compress::Compress;
use crate::cors::Cors;
use crate::keys::{
    ADDRESS, COMPRESS, COMPRESS_MIN, CORS_CREDENTIALS, CORS_EXPOSE, CORS_HEADERS, CORS_MAX_AGE,
    CORS_METHODS, CORS_ORIGINS, MAX_BODY, MAX_CONNECTIONS, MAX_FIELDS, MAX_HEAD, MAX_MEMORY, NAMES,
    OF_SERVER, PORT, PROXY_FIELDS, TRUSTED_PROXIES,
};
use crate::routes::Pattern;
use crate::tls::Sources;
use capwire_provider::{Config, ProviderError};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;

const DEFAULT_PORT: u16 = 8080;
const DEFAULT_MAX_BODY: usize = 1 << 20;
const HEAD: RangeInclusive<usize> = 1 << 10..=1 << 20;
const FIELDS: RangeInclusive<usize> = 1..=1_000;
/// The number of the largest bodies for which there is memory by default.
const BODIES: usize = 4;
/// The bytes of a message that a body must leave for the head.
const ROOM_FOR_HEAD: usize = 512;

/// Keys, and those that have no effect without them.
const NEEDED: &[(&str, &[&str])] = &[
    (TRUSTED_PROXIES, &[PROXY_FIELDS]),
    (COMPRESS, &[COMPRESS_MIN]),
    (
        CORS_ORIGINS,
        &[
            CORS_METHODS,
            CORS_HEADERS,
            CORS_EXPOSE,
            CORS_CREDENTIALS,
            CORS_MAX_AGE,
        ],
    ),
];

/// The address to listen on, and the limits for clients.
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    pub(crate) max_body: usize,
    /// `true` if the binding configures `max_body`.
    has_max_body: bool,
    pub(crate) max_head: Option<usize>,
    pub(crate) max_fields: Option<usize>,
    /// `None` means as many as the process allows.
    pub(crate) max_connections: Option<usize>,
    max_memory: Option<usize>,
    pub(crate) tls: Option<Sources>,
    /// The requests of the binding. `None` means that the port is for it alone.
    pub(crate) routes: Option<Pattern>,
    pub(crate) clients: Clients,
    pub(crate) cors: Option<Cors>,
    pub(crate) compress: Option<Compress>,
    pub(crate) access_log: Option<AccessLog>,
    /// The values of [`OF_SERVER`].
    pub(crate) of_server: Vec<Option<String>>,
}

impl Settings {
    pub(crate) fn read(config: &Config) -> Result<Self, ProviderError> {
        config.only(NAMES)?;
        let settings = Self::values(config)?;
        check_needed(config)?;
        Ok(settings)
    }

    fn values(config: &Config) -> Result<Self, ProviderError> {
        let port = value(
            config,
            PORT,
            "a number from 0 to 65535, 0 for any free port",
        )?;
        let address = value(config, ADDRESS, "an IP address, such as 127.0.0.1 or ::")?;
        let max_body = value(config, MAX_BODY, "a number of bytes")?;
        let max_connections = value::<NonZeroUsize>(
            config,
            MAX_CONNECTIONS,
            "a number of connections, at least 1",
        )?;
        let max_memory = value(config, MAX_MEMORY, "a number of bytes")?;
        let has_max_body = max_body.is_some();
        let max_body = max_body.unwrap_or(DEFAULT_MAX_BODY);
        if max_memory.is_some_and(|memory| memory < max_body) {
            let reason = format!("must be at least `MAX_BODY`, which is {max_body}");
            return Err(ProviderError::config(MAX_MEMORY, reason));
        }
        let tls = Sources::of(config)?;
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        Ok(Self {
            listen: SocketAddr::new(address, port.unwrap_or(DEFAULT_PORT)),
            max_body,
            has_max_body,
            max_head: config.number(MAX_HEAD, HEAD)?,
            max_fields: config.number(MAX_FIELDS, FIELDS)?,
            max_connections: max_connections.map(NonZeroUsize::get),
            max_memory,
            routes: Pattern::read(config)?,
            clients: Clients::read(config, tls.is_some())?,
            cors: Cors::read(config)?,
            compress: Compress::read(config)?,
            access_log: AccessLog::read(config)?,
            tls,
            of_server: OF_SERVER
                .iter()
                .map(|key| config.get(key).map(str::to_owned))
                .collect(),
        })
    }

    /// Refuses a configured `MAX_BODY` that does not fit into a message of `max_message` bytes to the
    /// actor.
    pub(crate) fn check_message(&self, max_message: usize) -> Result<(), ProviderError> {
        let most = max_message.saturating_sub(ROOM_FOR_HEAD);
        if !self.has_max_body || self.max_body <= most {
            return Ok(());
        }
        let reason = format!(
            "a message to the actor may have {max_message} bytes, so this must be at most {most}: lower it, \
             or raise the actor's limit `message`"
        );
        Err(ProviderError::config(MAX_BODY, reason))
    }

    /// Returns the memory for bodies in bytes, by default at least `least`.
    pub(crate) fn max_memory(&self, least: usize) -> usize {
        let default = || self.max_body.saturating_mul(BODIES).max(least);
        self.max_memory.unwrap_or_else(default)
    }

    /// Returns the error for an address on which the system does not let us listen, with a remedy.
    pub(crate) fn not_listening(&self, error: std::io::Error) -> ProviderError {
        use std::io::ErrorKind;

        let listen = self.listen;
        let remedy = match error.kind() {
            ErrorKind::AddrInUse => {
                "the port is in use: stop what uses it, or set `PORT` to another one (0 for any)"
            }
            ErrorKind::PermissionDenied => {
                "this user may not open the port: set `PORT` to one from 1024 on"
            }
            ErrorKind::AddrNotAvailable => {
                "the address is not one of this machine: set `ADDRESS` to one that is"
            }
            _ => "see the cause",
        };
        ProviderError::unavailable(format!("cannot listen at {listen}: {remedy}"), error)
    }
}

/// Refuses keys without the one that they are for. The error names the missing key, and comes after the
/// errors of values, so that a wrong value does not cause a second error.
fn check_needed(config: &Config) -> Result<(), ProviderError> {
    for (needed, keys) in NEEDED {
        if config.get(needed).is_none()
            && let Some(key) = keys.iter().find(|key| config.get(key).is_some())
        {
            let reason = format!("is missing, and `{key}` needs it");
            return Err(ProviderError::config(*needed, reason));
        }
    }
    Ok(())
}

fn value<T: std::str::FromStr>(
    config: &Config,
    key: &'static str,
    expected: &str,
) -> Result<Option<T>, ProviderError> {
    config
        .get(key)
        .map(str::parse)
        .transpose()
        .map_err(|_| ProviderError::config(key, format!("must be {expected}")))
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use capwire_provider::Config;

    #[test]
    fn without_configuration_only_this_machine_can_connect() {
        let settings = Settings::read(&Config::default()).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.max_body, 1 << 20);
        assert_eq!(settings.max_memory(32 << 20), 32 << 20);
    }

    #[test]
    fn memory_for_less_than_one_body_is_refused() {
        let config = Config::from_iter([("MAX_BODY", "50000000")]);
        let settings = Settings::read(&config).unwrap();
        assert_eq!(settings.max_memory(32 << 20), 200_000_000);
        let config = Config::from_iter([("MAX_BODY", "50"), ("MAX_MEMORY", "49")]);
        let error = Settings::read(&config).map(drop).unwrap_err().to_string();
        assert!(
            error.contains("MAX_MEMORY") && error.contains("50"),
            "{error}"
        );
    }

    #[test]
    fn a_key_without_the_one_that_it_needs_is_refused() {
        for (key, value, needed) in [
            ("PROXY_FIELDS", "forwarded", "TRUSTED_PROXIES"),
            ("CORS_METHODS", "GET", "CORS_ORIGINS"),
            ("CORS_HEADERS", "x-a", "CORS_ORIGINS"),
            ("CORS_EXPOSE", "x-a", "CORS_ORIGINS"),
            ("CORS_CREDENTIALS", "true", "CORS_ORIGINS"),
            ("CORS_MAX_AGE", "10m", "CORS_ORIGINS"),
            ("COMPRESS_MIN", "1", "COMPRESS"),
        ] {
            let error = Settings::read(&Config::from_iter([(key, value)]));
            let error = error.map(drop).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains(needed), "{error}");
            let other = match needed {
                "CORS_ORIGINS" => "http://a",
                "COMPRESS" => "gzip",
                _ => "::1",
            };
            let twin = Config::from_iter([(key, value), (needed, other)]);
            assert!(Settings::read(&twin).is_ok(), "{key}");
        }
    }

    #[test]
    fn configured_values_are_used() {
        let config = Config::from_iter([("PORT", "0"), ("ADDRESS", "::1"), ("MAX_BODY", "5")]);
        let settings = Settings::read(&config).unwrap();
        assert_eq!(settings.listen.to_string(), "[::1]:0");
        assert_eq!(settings.max_body, 5);
    }
}
