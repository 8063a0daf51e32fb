//! The server of a binding, and connections to it.

use crate::keys::{CONNECT_TIMEOUT, ROOTS, URL};
use crate::login::Login;
use async_nats::{Client, ConnectOptions, ServerAddr};
use capwire_client_tls::Pem;
use capwire_provider::{Config, ProviderError};
use rustls::ClientConfig;
use std::time::Duration;
use tokio::time::timeout;

const DEFAULT_URL: &str = "nats://127.0.0.1:4222";
const FORM: &str = "`nats://host[:port]`, or `tls://` for TLS";

/// The longest pause between two attempts to connect again.
const PAUSE: Duration = Duration::from_millis(250);
/// The time between two questions whether the server is there. It is lost after two without an answer.
const PING: Duration = Duration::from_secs(2);
/// The commands that wait for the connection, at most.
const COMMANDS: usize = 256;

/// The server of a binding, or the servers of its cluster.
pub struct Server {
    addresses: Vec<ServerAddr>,
    login: Login,
    tls: ClientConfig,
    is_encrypted: bool,
    /// The time to connect and log in.
    pub connect_timeout: Duration,
}

impl Server {
    /// Reads the values of [`KEYS`](crate::KEYS), and the files that they name.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] with the key whose value is wrong. An error never has a part of a secret.
    ///
    /// ```
    /// use capwire_nats_common::Server;
    /// use capwire_provider::Config;
    ///
    /// assert!(Server::read(&Config::from_iter([("URL", "tls://a.example.com, tls://b.example.com")])).is_ok());
    /// assert!(Server::read(&Config::from_iter([("URL", "http://a.example.com")])).is_err());
    /// ```
    pub fn read(config: &Config) -> Result<Self, ProviderError> {
        let urls = config.get(URL).unwrap_or(DEFAULT_URL);
        let addresses: Result<Vec<_>, _> = urls.split(',').map(str::trim).map(address).collect();
        let addresses = addresses.map_err(|reason| ProviderError::config(URL, reason))?;
        let is_encrypted = addresses.iter().any(ServerAddr::tls_required);
        if is_encrypted && !addresses.iter().all(ServerAddr::tls_required) {
            let reason = "must have `tls://` for all servers, or for none";
            return Err(ProviderError::config(URL, reason));
        }
        let roots = Pem::of(config, ROOTS);
        if roots.is_some() && !is_encrypted {
            let reason = "needs TLS: write `tls://` in `URL`";
            return Err(ProviderError::config(ROOTS, reason));
        }
        let connect_timeout = config.time(CONNECT_TIMEOUT)?;
        Ok(Self {
            addresses,
            login: Login::read(config)?,
            tls: capwire_client_tls::config(roots, None)?,
            is_encrypted,
            connect_timeout: connect_timeout.unwrap_or(Duration::from_secs(2)),
        })
    }

    /// Connects and logs in, within [`connect_timeout`](Self::connect_timeout). A connection that is lost later is
    /// replaced. `options` can have capacities and callbacks; the rest is set here.
    ///
    /// # Errors
    /// Returns the reason why the server cannot be reached, or does not accept the user.
    pub async fn connect(&self, options: ConnectOptions) -> Result<Client, NotConnected> {
        let options = options
            .name("capwire")
            .tls_client_config(self.tls.clone())
            .require_tls(self.is_encrypted)
            .ignore_discovered_servers()
            .connection_timeout(self.connect_timeout)
            .ping_interval(PING)
            .client_capacity(COMMANDS)
            .reconnect_delay_callback(pause);
        let options = self.login.add_to(options).map_err(NotConnected::new)?;
        let connecting = options.connect(&self.addresses[..]);
        match timeout(self.connect_timeout, connecting).await {
            Ok(connected) => connected.map_err(NotConnected::new),
            Err(late) => Err(NotConnected::new(late)),
        }
    }
}

/// The error of a server that cannot be reached, or does not accept the user.
#[derive(Debug, thiserror::Error)]
#[error("cannot connect to the NATS server")]
pub struct NotConnected {
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl NotConnected {
    fn new(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            source: Box::new(source),
        }
    }
}

/// Returns the pause before the attempt of this number.
fn pause(attempt: usize) -> Duration {
    match attempt {
        0 | 1 => Duration::ZERO,
        _ => PAUSE,
    }
}

/// Parses the URL of a server. An error has no part of it.
fn address(url: &str) -> Result<ServerAddr, String> {
    let plain = || format!("must be {FORM}");
    let (scheme, _) = url.split_once("://").ok_or_else(plain)?;
    if !matches!(scheme, "nats" | "tls") {
        return Err(plain());
    }
    let address: ServerAddr = url.parse().map_err(|_| plain())?;
    if address.host().is_empty() {
        return Err(plain());
    }
    match address.has_user_pass() || address.password().is_some() {
        true => Err("must have no user and no password: use `USER` and `PASSWORD`".to_owned()),
        false => Ok(address),
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Server, address};

    #[test]
    fn a_wrong_url_is_refused_without_its_secrets() {
        for wrong in [
            "",
            "localhost:4222",
            "http://secret",
            "ws://secret",
            "nats://",
            "nats://secret@localhost",
            "nats://ada:secret@localhost",
            "nats://:secret@localhost",
            "nats://localhost:99999",
        ] {
            let reason = address(wrong).map(drop).unwrap_err();
            assert!(!reason.contains("secret"), "{wrong}: {reason}");
        }
        assert_eq!(address("tls://db.example.com").unwrap().port(), 4222);
        let mixed = [("URL", "nats://a, tls://b")];
        assert!(Server::read(&Config::from_iter(mixed)).is_err());
        let several = [("URL", "nats://a, nats://b")];
        assert!(Server::read(&Config::from_iter(several)).is_ok());
        let unused = [("ROOTS", "-----BEGIN")];
        assert!(Server::read(&Config::from_iter(unused)).is_err());
    }
}
