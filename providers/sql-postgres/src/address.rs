//! The address of the server, with the user, the password and the database.

use std::str::FromStr;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// The form of a URL, for errors.
const FORM: &str = "`postgres://user[:password]@host[:port]/database`, with `?sslmode=disable` at its end for a connection without TLS";

const PORT: u16 = 5432;

/// The address in a URL.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) is_encrypted: bool,
    /// The user, the password and the database.
    pub(crate) login: Config,
}

impl Address {
    /// Parses a URL.
    ///
    /// # Errors
    /// Returns the reason, without any part of the URL, which may contain a password.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("must be {FORM}");
        let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if !is_url || text.contains('#') {
            return Err(wrong());
        }
        let (url, mode) = match text.split_once('?') {
            None => (text, "sslmode=verify-full"),
            Some((url, mode)) => (url, mode),
        };
        let is_encrypted = match mode {
            "sslmode=verify-full" => true,
            "sslmode=disable" => false,
            _ => {
                return Err(
                    "has something else after `?` than `sslmode=verify-full`, the default, or `sslmode=disable`"
                        .to_owned(),
                );
            }
        };
        // The error quotes a part of the URL.
        let login = Config::from_str(url).map_err(|_| wrong())?;
        let ([Host::Tcp(host)], ports) = (login.get_hosts(), login.get_ports()) else {
            return Err(wrong());
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let (host, port) = (host.to_owned(), ports.first().copied().unwrap_or(PORT));
        let has = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
        match !host.is_empty() && has(login.get_user()) && has(login.get_dbname()) {
            true => Ok(Self {
                host,
                port,
                is_encrypted,
                login,
            }),
            false => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_url_has_an_address_a_user_and_a_database() {
        let address = Address::parse("postgres://ada:p%40ss@db.example.com:6432/guests").unwrap();
        assert_eq!(
            (&*address.host, address.port, address.is_encrypted),
            ("db.example.com", 6432, true)
        );
        assert_eq!(address.login.get_user(), Some("ada"));
        assert_eq!(address.login.get_password(), Some(&b"p@ss"[..]));
        assert_eq!(address.login.get_dbname(), Some("guests"));
        let address = Address::parse("postgresql://ada@[::1]/guests?sslmode=disable").unwrap();
        assert_eq!((&*address.host, address.port), ("::1", 5432));
        assert!(!address.is_encrypted);
    }

    #[test]
    fn a_wrong_url_is_refused_without_its_password() {
        for wrong in [
            "",
            "host=localhost user=ada password=secret",
            "mysql://ada:secret@localhost/guests",
            "postgres://",
            "postgres://ada:secret@localhost",
            "postgres://ada:secret@localhost/",
            "postgres://ada:secret@/guests",
            "postgres://:secret@localhost/guests",
            "postgres://localhost/secret",
            "postgres://ada:secret@one,two/guests",
            "postgres://ada:secret@localhost:99999/guests",
            "postgres://ada:secret@%2Fvar%2Frun/guests",
            "postgres://ada:secret@localhost/guests?sslmode=require",
            "postgres://ada:secret@localhost/guests?sslmode=disable&options=secret",
            "postgres://ada:secret@localhost/guests?host=secret",
            "postgres://ada:secret@localhost/guests#secret",
        ] {
            let reason = Address::parse(wrong).map(|_| ()).unwrap_err();
            assert!(!reason.contains("secret"), "{wrong}: {reason}");
        }
    }
}
