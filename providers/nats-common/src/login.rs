//! The user of a binding on the server.

use crate::keys::{CLIENT_JWT, CLIENT_SEED, CREDSFILE, PASSWORD, USER};
use async_nats::ConnectOptions;
use capwire_provider::{Config, ProviderError};

/// The start of a text of credentials, which is no path.
const TEXT: &str = "-----BEGIN";

/// The user of a binding.
#[derive(Clone)]
pub(crate) enum Login {
    Nobody,
    /// A JWT and a seed, as a file of credentials has them.
    Credentials(String),
    Seed(String),
    Password {
        user: String,
        password: String,
    },
    Token(String),
}

impl Login {
    /// Reads the user. Only one way to log in may be configured.
    pub(crate) fn read(config: &Config) -> Result<Self, ProviderError> {
        let get = |key| config.get(key).map(str::to_owned);
        let seed = get(CLIENT_SEED);
        let ways = [
            credentials(config)?,
            match (get(CLIENT_JWT), seed) {
                (None, None) => None,
                (None, Some(seed)) => Some((CLIENT_SEED, Self::Seed(seed))),
                (Some(jwt), Some(seed)) => Some((CLIENT_JWT, of_jwt(&jwt, &seed)?)),
                (Some(_), None) => {
                    let reason = "needs `CLIENT_SEED`, with which the user signs";
                    return Err(ProviderError::config(CLIENT_JWT, reason));
                }
            },
            match (get(USER), get(PASSWORD)) {
                (None, None) => None,
                (None, Some(token)) => Some((PASSWORD, Self::Token(token))),
                (Some(user), Some(password)) => Some((USER, Self::Password { user, password })),
                (Some(_), None) => {
                    return Err(ProviderError::config(USER, "needs `PASSWORD`"));
                }
            },
        ];
        let mut ways = ways.into_iter().flatten();
        match (ways.next(), ways.next()) {
            (None, _) => Ok(Self::Nobody),
            (Some((key, login)), None) => login.checked(key),
            (Some((first, _)), Some((second, _))) => {
                let reason = format!("is another way to log in than `{first}`: choose one");
                Err(ProviderError::config(second, reason))
            }
        }
    }

    /// Adds the user to `options`.
    pub(crate) fn add_to(&self, options: ConnectOptions) -> std::io::Result<ConnectOptions> {
        Ok(match self.clone() {
            Self::Nobody => options,
            Self::Credentials(text) => options.credentials(&text)?,
            Self::Seed(seed) => options.nkey(seed),
            Self::Password { user, password } => options.user_and_password(user, password),
            Self::Token(token) => options.token(token),
        })
    }

    fn checked(self, key: &'static str) -> Result<Self, ProviderError> {
        match self.add_to(ConnectOptions::new()) {
            Ok(_) => Ok(self),
            // The cause could show a part of the secret.
            Err(_) => {
                let reason = "must have the JWT of a user and its seed, `SU…`";
                Err(ProviderError::config(key, reason))
            }
        }
    }
}

fn credentials(config: &Config) -> Result<Option<(&'static str, Login)>, ProviderError> {
    let Some(value) = config.get(CREDSFILE) else {
        return Ok(None);
    };
    let text = match value.trim_start().starts_with(TEXT) {
        true => value.to_owned(),
        false => std::fs::read_to_string(value).map_err(|error| {
            ProviderError::config(CREDSFILE, format!("cannot read the file: {error}"))
        })?,
    };
    Ok(Some((CREDSFILE, Login::Credentials(text))))
}

/// Returns the credentials that a file with this JWT and this seed would have.
fn of_jwt(jwt: &str, seed: &str) -> Result<Login, ProviderError> {
    let is_plain = |text: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
        !text.is_empty() && text.chars().all(plain)
    };
    for (key, text) in [(CLIENT_JWT, jwt), (CLIENT_SEED, seed)] {
        if !is_plain(text) {
            let reason = "must have letters, digits, `-`, `_` and `.` only";
            return Err(ProviderError::config(key, reason));
        }
    }
    let part = |name: &str, text: &str| {
        format!("-----BEGIN {name}-----\n{text}\n------END {name}------\n\n")
    };
    let jwt = part("NATS USER JWT", jwt);
    let seed = part("USER NKEY SEED", seed);
    Ok(Login::Credentials(jwt + &seed))
}

#[cfg(test)]
mod tests {
    use super::{Config, Login};

    fn error<const N: usize>(values: [(&str, &str); N]) -> String {
        let refused = Login::read(&Config::from_iter(values)).map(drop);
        refused.unwrap_err().to_string()
    }

    #[test]
    fn one_complete_way_to_log_in_is_needed() {
        assert!(error([("CLIENT_JWT", "a.b.c")]).contains("CLIENT_SEED"));
        assert!(error([("USER", "ada")]).contains("PASSWORD"));
        let two = error([("PASSWORD", "token"), ("CLIENT_SEED", "SUAB")]);
        assert!(two.contains("choose one"), "{two}");
        let wrong = error([("CLIENT_JWT", "a.b.c"), ("CLIENT_SEED", "SUSECRET")]);
        assert!(!wrong.contains("SUSECRET"), "{wrong}");
        let missing = error([("CREDSFILE", "/no/such/file")]);
        assert!(missing.contains("cannot read"), "{missing}");
        let wrong = error([("CREDSFILE", "-----BEGIN NATS USER JWT-----\nSECRET")]);
        assert!(!wrong.contains("SECRET\n"), "{wrong}");
    }
}
