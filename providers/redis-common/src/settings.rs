//! The server of a binding, and the bounds of its requests.

use crate::address::Address;
use crate::keys::{CONNECT_TIMEOUT, MAX_CALLS, PASSWORD, ROOTS, TIMEOUT, URL};
use capwire_client_tls::Pem;
use capwire_provider::{Config, ProviderError};
use rustls::ClientConfig;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

const DEFAULT_URL: &str = "redis://127.0.0.1:6379/0";
const MOST_CALLS: usize = 4096;

/// The server of a binding, and the bounds of its requests.
#[derive(Clone)]
pub struct Settings {
    pub(crate) server: Arc<Server>,
    /// The maximum time of a request.
    pub timeout: Duration,
    pub(crate) max_calls: usize,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The session has a password.
        f.debug_struct("Settings")
            .field("host", &self.server.address.host)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The server of a binding.
pub(crate) struct Server {
    pub(crate) address: Address,
    /// The configuration of TLS, if the connection is encrypted.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) connect_timeout: Duration,
    /// The time in which the server must answer to `PING`.
    pub(crate) answer_timeout: Duration,
}

impl Settings {
    /// Reads the values of a binding. The provider refuses unknown keys itself. Reads the file of certificates, but
    /// connects to nothing.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] with the key whose value is wrong.
    pub fn read(config: &Config) -> Result<Self, ProviderError> {
        let timeout = config.time(TIMEOUT)?.unwrap_or(Duration::from_secs(5));
        let max_calls = config.number(MAX_CALLS, 1..=MOST_CALLS)?;
        Ok(Self {
            server: Arc::new(Server::read(config, timeout)?),
            timeout,
            max_calls: max_calls.unwrap_or(256),
        })
    }
}

impl Server {
    fn read(config: &Config, answer_timeout: Duration) -> Result<Self, ProviderError> {
        let url = config.get(URL).unwrap_or(DEFAULT_URL);
        let address = Address::parse(url);
        let mut address = address.map_err(|reason| ProviderError::config(URL, reason))?;
        if let Some(password) = config.get(PASSWORD) {
            address.session = address.session.set_password(password);
        }
        let roots = Pem::of(config, ROOTS);
        let tls = match address.is_encrypted {
            true => Some(Arc::new(capwire_client_tls::config(roots, None)?)),
            false if roots.is_some() => {
                let reason = "needs TLS: write `rediss://` in `URL`";
                return Err(ProviderError::config(ROOTS, reason));
            }
            false => None,
        };
        let connect_timeout = config.time(CONNECT_TIMEOUT)?;
        Ok(Self {
            address,
            tls,
            connect_timeout: connect_timeout.unwrap_or(Duration::from_secs(2)),
            answer_timeout,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Settings};
    use crate::keys::KEYS;

    fn read<'c>(
        values: impl IntoIterator<Item = (&'c str, &'c str)>,
    ) -> Result<Settings, super::ProviderError> {
        Settings::read(&Config::from_iter(values))
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("URL", "http://:secret@localhost"),
            ("TIMEOUT", "5"),
            ("TIMEOUT", "0s"),
            ("TIMEOUT", "2d"),
            ("CONNECT_TIMEOUT", "soon"),
            ("MAX_CALLS", "0"),
            ("MAX_CALLS", "4097"),
            ("ROOTS", "/no/such/file"),
        ] {
            let error = read([(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let encrypted = ("URL", "rediss://localhost");
        for wrong in ["/no/such/file", "-----BEGIN CERTIFICATE-----"] {
            let error = read([encrypted, ("ROOTS", wrong)]).map(drop).unwrap_err();
            assert!(error.to_string().contains("`ROOTS`"), "{error}");
        }
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = KEYS.iter().filter_map(|key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            Some((key.name, value))
        });
        let shown = |settings: Settings| {
            let (server, address) = (&settings.server, &settings.server.address);
            let times = (settings.timeout, server.connect_timeout);
            let place = (address.host.clone(), address.port, address.session.db());
            format!("{:?}", (times, place, settings.max_calls))
        };
        assert_eq!(shown(read(documented).unwrap()), shown(read([]).unwrap()));
    }

    #[test]
    fn the_password_can_be_apart_from_the_url() {
        let settings = read([("URL", "redis://ada:old@localhost"), ("PASSWORD", "new")]);
        let server = settings.unwrap().server;
        let session = &server.address.session;
        assert_eq!(session.username(), Some("ada"));
        assert_eq!(session.password(), Some("new"));
    }
}
