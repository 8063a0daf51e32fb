//! The configuration of a binding.

use crate::address::Address;
use capwire_client_tls::{Own, Pem};
use capwire_provider::{BindingId, Config, Key, ProviderError};
use capwire_sql_common::migrations::Migration;
use capwire_sql_common::settings::{access, migrations, rows};
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Duration;

const URL: &str = "URL";
const PASSWORD: &str = "PASSWORD";
const SCHEMA: &str = "SCHEMA";
const ACCESS: &str = "ACCESS";
const MIGRATIONS: &str = "MIGRATIONS";
const TIMEOUT: &str = "TIMEOUT";
const CONNECT_TIMEOUT: &str = "CONNECT_TIMEOUT";
const MAX_ROWS: &str = "MAX_ROWS";
const MAX_ANSWER: &str = "MAX_ANSWER";
const MAX_CONNECTIONS: &str = "MAX_CONNECTIONS";
const ROOTS: &str = "ROOTS";
const CERTIFICATE: &str = "CERTIFICATE";
const KEY: &str = "KEY";

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        URL,
        "none: required",
        "The server, as `postgres://user[:password]@host[:port]/database`. It can be a secret. The connection uses TLS, unless `?sslmode=disable` follows.",
    ),
    Key::new(
        PASSWORD,
        "none",
        "The password, which can be a secret. It replaces the one in `URL`.",
    ),
    Key::new(
        SCHEMA,
        "the actor's public key in lower case",
        "The schema in which the actor has its tables: lower-case letters, digits, `-` and `_`. Binding the actor creates it if the role may. Bindings with one schema share its tables.",
    ),
    Key::new(
        ACCESS,
        "`read-write`",
        "`read-only` refuses each statement that writes.",
    ),
    Key::new(
        MIGRATIONS,
        "none",
        "A folder with migrations, which are applied once and in order.",
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
        MAX_ROWS,
        "`10000`",
        "The maximum number of rows in one answer.",
    ),
    Key::new(
        MAX_ANSWER,
        "`4MiB`",
        "The maximum size of the values in one answer, at most `64MiB`. Each value and each row counts 16 bytes more than its content.",
    ),
    Key::new(
        MAX_CONNECTIONS,
        "`8`",
        "The maximum number of connections of the binding, from 1 to 100. Operations beyond it wait, within their time.",
    ),
    Key::new(
        ROOTS,
        "Mozilla's",
        "The certificates of the authorities that sign the server's certificate: a file in PEM, or its text. It replaces the default.",
    ),
    Key::new(
        CERTIFICATE,
        "none",
        "The client's certificate, with those of its chain: a file in PEM, or its text. It needs `KEY`.",
    ),
    Key::new(
        KEY,
        "none",
        "The private key of `CERTIFICATE`: a file in PEM, or its text, which can be a secret.",
    ),
];

const NAMES: [&str; KEYS.len()] = Key::names(KEYS);

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;

/// The keys whose values are names of files, or PEM.
pub(crate) const FILE_KEYS: &[&str] = &[MIGRATIONS, ROOTS, CERTIFICATE, KEY];

const LARGEST_ANSWER: u64 = 64 << 20;
const MOST_CONNECTIONS: usize = 100;

/// The bytes of a message of the server besides its values: columns of a row, or the text of an error.
const OVERHEAD: usize = 256 << 10;

/// The longest name of a schema. The server cuts longer ones.
const LONGEST_NAME: usize = 63;

/// The configuration of a binding.
pub(crate) struct Settings {
    pub(crate) server: Arc<Server>,
    pub(crate) schema: String,
    pub(crate) is_read_only: bool,
    pub(crate) migrations: Vec<Migration>,
    pub(crate) timeout: Duration,
    pub(crate) max_rows: usize,
    pub(crate) max_answer: usize,
    pub(crate) max_connections: usize,
}

/// The server of a binding.
pub(crate) struct Server {
    pub(crate) address: Address,
    /// The configuration of TLS, if the connection is encrypted.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) connect_timeout: Duration,
    /// The settings of each session.
    pub(crate) options: String,
    /// The most bytes of a message of the server.
    pub(crate) longest_message: usize,
}

impl Settings {
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let is_read_only = access(config, ACCESS)?;
        let timeout = config.time(TIMEOUT)?.unwrap_or(Duration::from_secs(5));
        let schema = schema(id, config)?;
        let max_answer = config.size(MAX_ANSWER, 1..=LARGEST_ANSWER)?;
        let max_answer = usize::try_from(max_answer.unwrap_or(4 << 20)).unwrap_or(usize::MAX);
        let migrations = migrations(config, MIGRATIONS, is_read_only)?;
        let max_rows = rows(config, MAX_ROWS)?;
        let max_connections = config.number(MAX_CONNECTIONS, 1..=MOST_CONNECTIONS)?;
        let connect_timeout = config.time(CONNECT_TIMEOUT)?;
        // Last, because without a URL nothing else can be said about the server.
        let address = address(config)?;
        let server = Server {
            tls: encryption(config, address.is_encrypted)?,
            address,
            connect_timeout: connect_timeout.unwrap_or(Duration::from_secs(2)),
            options: options(&schema, timeout),
            longest_message: max_answer.saturating_add(OVERHEAD),
        };
        Ok(Self {
            server: Arc::new(server),
            schema,
            is_read_only,
            migrations,
            timeout,
            max_rows,
            max_answer,
            max_connections: max_connections.unwrap_or(8),
        })
    }
}

fn address(config: &Config) -> Result<Address, ProviderError> {
    let address = Address::parse(config.get(URL).unwrap_or_default());
    let mut address = address.map_err(|reason| ProviderError::config(URL, reason))?;
    if let Some(password) = config.get(PASSWORD) {
        address.login.password(password);
    }
    Ok(address)
}

/// Returns the settings of a session. The timeouts let the server end what nobody can cancel, because the connection
/// or the host is gone.
fn options(schema: &str, timeout: Duration) -> String {
    let millis = timeout.as_millis().saturating_add(1_000);
    format!(
        "-c search_path=\"{schema}\" -c standard_conforming_strings=on -c statement_timeout={millis} \
         -c idle_in_transaction_session_timeout={millis}"
    )
}

fn encryption(
    config: &Config,
    is_encrypted: bool,
) -> Result<Option<Arc<ClientConfig>>, ProviderError> {
    if !is_encrypted {
        let mut tls = [ROOTS, CERTIFICATE, KEY].into_iter();
        return match tls.find(|key| config.get(key).is_some()) {
            None => Ok(None),
            Some(key) => {
                let reason = "needs TLS: remove `sslmode=disable` from `URL`";
                Err(ProviderError::config(key, reason))
            }
        };
    }
    let own = Own::of(config, CERTIFICATE, KEY)?;
    let tls = capwire_client_tls::config(Pem::of(config, ROOTS), own)?;
    Ok(Some(Arc::new(tls)))
}

fn schema(id: &BindingId, config: &Config) -> Result<String, ProviderError> {
    let name = match config.get(SCHEMA) {
        Some(name) => name.to_owned(),
        None => id.actor.to_ascii_lowercase(),
    };
    let is_plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
    // `check` reads the configuration for no actor.
    let is_unknown = config.get(SCHEMA).is_none() && id.actor.is_empty();
    let has_length = (1..=LONGEST_NAME).contains(&name.len()) || is_unknown;
    match has_length && name.chars().all(is_plain) && !name.starts_with("pg_") {
        true => Ok(name),
        false => {
            let reason = format!(
                "must have 1 to {LONGEST_NAME} lower-case letters, digits, `-` and `_`, and not begin with `pg_`"
            );
            Err(ProviderError::config(SCHEMA, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BindingId, Config, KEYS, Settings};

    const PLAIN: (&str, &str) = ("URL", "postgres://ada:old@localhost/guests?sslmode=disable");

    fn read<'c>(
        values: impl IntoIterator<Item = (&'c str, &'c str)>,
    ) -> Result<Settings, super::ProviderError> {
        let id = BindingId {
            actor: "MACTOR".to_owned(),
            name: "default".to_owned(),
        };
        Settings::read(&id, &[PLAIN].into_iter().chain(values).collect())
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_key() {
        for (key, value) in [
            ("URL", ""),
            ("URL", "http://:secret@localhost"),
            ("SCHEMA", ""),
            ("SCHEMA", "Guests"),
            ("SCHEMA", "a\",public"),
            ("SCHEMA", "pg_catalog"),
            ("ACCESS", "readonly"),
            ("MIGRATIONS", "/no/such/folder"),
            ("TIMEOUT", "5"),
            ("TIMEOUT", "0s"),
            ("TIMEOUT", "2d"),
            ("CONNECT_TIMEOUT", "soon"),
            ("MAX_ROWS", "0"),
            ("MAX_ANSWER", "65MiB"),
            ("MAX_CONNECTIONS", "0"),
            ("MAX_CONNECTIONS", "101"),
            ("ROOTS", "/no/such/file"),
            ("CERTIFICATE", "/no/such/file"),
            ("KEY", "/no/such/file"),
            ("COLOUR", "red"),
        ] {
            let error = read([(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let encrypted = ("URL", "postgres://ada@localhost/guests");
        for (key, value) in [
            ("ROOTS", "/no/such/file"),
            ("ROOTS", "-----BEGIN CERTIFICATE-----"),
            ("CERTIFICATE", "/no/such/file"),
            ("KEY", "/no/such/file"),
        ] {
            let error = read([encrypted, (key, value)]).map(drop).unwrap_err();
            assert!(error.to_string().contains(&format!("`{key}`")), "{error}");
        }
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = KEYS.iter().filter_map(|key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            Some((key.name, value))
        });
        let shown = |settings: Settings| {
            let times = (settings.timeout, settings.server.connect_timeout);
            let most = (settings.max_rows, settings.max_answer);
            let access = (settings.is_read_only, settings.max_connections);
            format!("{:?}", (times, most, access))
        };
        assert_eq!(shown(read(documented).unwrap()), shown(read([]).unwrap()));
    }

    #[test]
    fn each_actor_has_its_own_schema_unless_the_binding_names_one() {
        assert_eq!(read([]).unwrap().schema, "mactor");
        assert_eq!(read([("SCHEMA", "guests")]).unwrap().schema, "guests");
    }

    #[test]
    fn the_password_can_be_apart_from_the_url() {
        let settings = read([("PASSWORD", "new")]).unwrap();
        let login = &settings.server.address.login;
        assert_eq!(login.get_user(), Some("ada"));
        assert_eq!(login.get_password(), Some(&b"new"[..]));
    }

    #[test]
    fn a_configuration_is_checked_for_no_actor() {
        let nobody = BindingId {
            actor: String::new(),
            name: String::new(),
        };
        assert!(Settings::read(&nobody, &Config::from_iter([PLAIN])).is_ok());
    }
}
