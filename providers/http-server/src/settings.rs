//! The configuration of a binding.

use capwire_provider::{Config, ProviderError};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const PORT: &str = "PORT";
const ADDRESS: &str = "ADDRESS";
const MAX_BODY: &str = "MAX_BODY";

const DEFAULT_PORT: u16 = 8080;
const DEFAULT_MAX_BODY: usize = 1 << 20;

/// The address to listen on, and the largest body.
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    pub(crate) max_body: usize,
}

impl Settings {
    pub(crate) const KEYS: &[&str] = &[PORT, ADDRESS, MAX_BODY];

    pub(crate) fn read(config: &Config) -> Result<Self, ProviderError> {
        config.only(Self::KEYS)?;
        let port = value(
            config,
            PORT,
            "a number from 0 to 65535, 0 for any free port",
        )?;
        let address = value(config, ADDRESS, "an IP address, such as 127.0.0.1 or ::")?;
        let max_body = value(config, MAX_BODY, "a number of bytes")?;
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        Ok(Self {
            listen: SocketAddr::new(address, port.unwrap_or(DEFAULT_PORT)),
            max_body: max_body.unwrap_or(DEFAULT_MAX_BODY),
        })
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
    }

    #[test]
    fn configured_values_are_used() {
        let config = Config::from_iter([("PORT", "0"), ("ADDRESS", "::1"), ("MAX_BODY", "5")]);
        let settings = Settings::read(&config).unwrap();
        assert_eq!(settings.listen.to_string(), "[::1]:0");
        assert_eq!(settings.max_body, 5);
    }
}
