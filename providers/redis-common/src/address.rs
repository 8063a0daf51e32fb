//! The address of the server, with the user, the password and the number of the database.

use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};

/// The form of a URL, for errors.
const FORM: &str = "`redis://[user[:password]@]host[:port][/database]`, or `rediss://` for TLS";

/// The address in a URL.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) is_encrypted: bool,
    /// The user, the password and the database.
    pub(crate) session: RedisConnectionInfo,
}

impl Address {
    /// Parses a URL.
    ///
    /// # Errors
    /// Returns the reason, without any part of the URL, which may contain a password.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut url = redis::parse_redis_url(text).ok_or_else(|| format!("must be {FORM}"))?;
        let is_encrypted = match url.scheme() {
            "redis" => false,
            "rediss" => true,
            _ => return Err(format!("must be {FORM}")),
        };
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("must be {FORM}, without `?` and `#`"));
        }
        // The connection is encrypted by us, so that the library needs no TLS.
        if url.set_scheme("redis").is_err() {
            return Err(format!("must be {FORM}"));
        }
        let info = url.into_connection_info();
        // Its text has the kind of the fault only.
        let info = info.map_err(|error| format!("must be {FORM}: {error}"))?;
        let session = info.redis_settings().clone();
        if session.db() < 0 {
            return Err("must have a database number from 0".to_owned());
        }
        match info.addr() {
            ConnectionAddr::Tcp(host, port) => Ok(Self {
                host: host.clone(),
                port: *port,
                is_encrypted,
                session,
            }),
            _ => Err(format!("must be {FORM}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_url_has_an_address_a_user_and_a_database() {
        let address = Address::parse("rediss://ada:p%40ss@db.example.com:6390/7").unwrap();
        assert_eq!(
            (&*address.host, address.port, address.is_encrypted),
            ("db.example.com", 6390, true)
        );
        assert_eq!(address.session.username(), Some("ada"));
        assert_eq!(address.session.password(), Some("p@ss"));
        assert_eq!(address.session.db(), 7);
        let address = Address::parse("redis://[::1]").unwrap();
        assert_eq!((&*address.host, address.port), ("::1", 6379));
        assert_eq!(address.session.db(), 0);
    }

    #[test]
    fn a_wrong_url_is_refused_without_its_password() {
        for wrong in [
            "",
            "localhost:6379",
            "http://:secret@localhost",
            "unix:///secret",
            "redis://:secret@",
            "redis://:secret@0.0.0.0",
            "redis://:secret@localhost/zero",
            "redis://:secret@localhost/-1",
            "redis://:secret@localhost/0/1",
            "redis://:secret@localhost:99999",
            "redis://localhost/?password=secret",
            "redis://localhost/#insecure",
        ] {
            let reason = Address::parse(wrong).map(|_| ()).unwrap_err();
            assert!(!reason.contains("secret"), "{wrong}: {reason}");
        }
    }
}
