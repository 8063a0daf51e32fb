//! The configuration of a binding.

use crate::address::Address;
use capwire_client_tls::Pem;
use capwire_provider::{BindingId, Config, Key, ProviderError};
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Duration;

const URL: &str = "URL";
const PASSWORD: &str = "PASSWORD";
const PREFIX: &str = "PREFIX";
const TIMEOUT: &str = "TIMEOUT";
const CONNECT_TIMEOUT: &str = "CONNECT_TIMEOUT";
const MAX_ANSWER: &str = "MAX_ANSWER";
const MAX_CALLS: &str = "MAX_CALLS";
const ROOTS: &str = "ROOTS";

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        URL,
        "`redis://127.0.0.1:6379/0`",
        "The server, as `redis://[user[:password]@]host[:port][/database]`, or `rediss://` for TLS. It can be a secret.",
    ),
    Key::new(
        PASSWORD,
        "none",
        "The password, which can be a secret. It replaces the one in `URL`.",
    ),
    Key::new(
        PREFIX,
        "the actor's public key and `:`",
        "The text before each key on the server. Bindings with the same prefix share their keys. With an empty prefix, the keys on the server are those of the actor, as with the provider of 2020.",
    ),
    Key::new(
        TIMEOUT,
        "`5s`",
        "The maximum time of an operation. The caller's deadline ends it, too.",
    ),
    Key::new(
        CONNECT_TIMEOUT,
        "`2s`",
        "The time to find the server, connect to it, agree on TLS and log in.",
    ),
    Key::new(
        MAX_ANSWER,
        "`16MiB`",
        "The maximum size of the values in one answer. Each item of a list or set counts 24 bytes more than its text.",
    ),
    Key::new(
        MAX_CALLS,
        "`256`",
        "The maximum number of operations at once, from 1 to 4096. Others wait, within their time.",
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

const DEFAULT_URL: &str = "redis://127.0.0.1:6379/0";
const MOST_CALLS: usize = 4096;

/// The configuration of a binding.
pub(crate) struct Settings {
    pub(crate) server: Arc<Server>,
    pub(crate) prefix: String,
    pub(crate) timeout: Duration,
    pub(crate) max_answer: usize,
    pub(crate) max_calls: usize,
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
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let timeout = config.time(TIMEOUT)?.unwrap_or(Duration::from_secs(5));
        let max_answer = config.size(MAX_ANSWER, 1..=u64::MAX)?.unwrap_or(16 << 20);
        let max_calls = config.number(MAX_CALLS, 1..=MOST_CALLS)?;
        let prefix = config.get(PREFIX).map(str::to_owned);
        Ok(Self {
            server: Arc::new(Server::read(config, timeout)?),
            prefix: prefix.unwrap_or_else(|| format!("{}:", id.actor)),
            timeout,
            max_answer: usize::try_from(max_answer).unwrap_or(usize::MAX),
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
    use super::{BindingId, Config, KEYS, Settings};

    fn read<'c>(
        values: impl IntoIterator<Item = (&'c str, &'c str)>,
    ) -> Result<Settings, super::ProviderError> {
        let id = BindingId {
            actor: "MACTOR".to_owned(),
            name: "default".to_owned(),
        };
        Settings::read(&id, &Config::from_iter(values))
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("URL", "http://:secret@localhost"),
            ("TIMEOUT", "5"),
            ("TIMEOUT", "0s"),
            ("TIMEOUT", "2d"),
            ("CONNECT_TIMEOUT", "soon"),
            ("MAX_ANSWER", "16MB"),
            ("MAX_ANSWER", "0"),
            ("MAX_CALLS", "0"),
            ("MAX_CALLS", "4097"),
            ("ROOTS", "/no/such/file"),
            ("COLOUR", "red"),
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
            format!(
                "{:?}",
                (times, place, settings.max_answer, settings.max_calls)
            )
        };
        assert_eq!(shown(read(documented).unwrap()), shown(read([]).unwrap()));
    }

    #[test]
    fn each_actor_has_its_own_keys_unless_the_prefix_says_otherwise() {
        assert_eq!(read([]).unwrap().prefix, "MACTOR:");
        assert_eq!(read([("PREFIX", "")]).unwrap().prefix, "");
    }

    #[test]
    fn the_password_can_be_apart_from_the_url() {
        let settings = read([("URL", "redis://ada:old@localhost"), ("PASSWORD", "new")]);
        let server = settings.unwrap().server.clone();
        let session = &server.address.session;
        assert_eq!(session.username(), Some("ada"));
        assert_eq!(session.password(), Some("new"));
    }
}
