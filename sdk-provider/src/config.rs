//! The configuration of a binding, which is parsed strictly and never printed.

use crate::error::ProviderError;
use crate::key::Key;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// The configuration of one binding. `Debug` shows only the keys, because values may be secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Config {
    values: BTreeMap<String, String>,
    secrets: BTreeSet<String>,
}

impl Config {
    /// The prefix of keys that only the host may set.
    pub const RESERVED_PREFIX: &str = "__wascc_";

    /// Returns the name of the actor, or `None` if the host does not tell it, like some hosts of
    /// 2020.
    #[must_use]
    pub fn actor_name(&self) -> Option<&str> {
        self.get(&format!("{}name", Self::RESERVED_PREFIX))
    }

    /// Returns the value of `key`, if it is set.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Returns the parsed value of `key`, or `None` if it is not set. Keys are case-sensitive.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if the value is set but is not a `T`.
    ///
    /// ```
    /// use capwire_provider::Config;
    ///
    /// let config = Config::from_iter([("PORT", "8081")]);
    /// assert_eq!(config.parse::<u16>("PORT")?, Some(8081));
    /// assert_eq!(config.parse::<u16>("OTHER")?, None);
    /// # Ok::<(), capwire_provider::ProviderError>(())
    /// ```
    pub fn parse<T>(&self, key: &'static str) -> Result<Option<T>, ProviderError>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        value
            .parse()
            .map(Some)
            .map_err(|error: T::Err| ProviderError::config(key, error.to_string()))
    }

    /// Refuses keys that are not in `known`, because a misspelt key would silently have no effect. A
    /// known one [covers](Key::covers) others if it ends with a star.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`], which names the first unknown key and the known keys.
    pub fn only(&self, known: &[&str]) -> Result<(), ProviderError> {
        let unknown = self.values.keys().find(|key| {
            let is_known = known.iter().any(|known| Key::covers(known, key));
            !key.starts_with(Self::RESERVED_PREFIX) && !is_known
        });
        match unknown {
            None => Ok(()),
            Some(key) => Err(ProviderError::config(
                key,
                format!("not a key of this provider, which knows {}", listed(known)),
            )),
        }
    }

    /// Marks the values of these keys as secret.
    ///
    /// ```
    /// use capwire_provider::Config;
    ///
    /// let config = Config::from_iter([("USER", "ada"), ("PASSWORD", "hunter2")]);
    /// let config = config.with_secrets(["PASSWORD"]);
    /// assert!(config.is_secret("PASSWORD") && !config.is_secret("USER"));
    /// ```
    #[must_use]
    pub fn with_secrets<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.secrets.extend(keys.into_iter().map(Into::into));
        self
    }

    /// Returns `true` if the value of `key` is marked as secret. Others may be secret, too.
    #[must_use]
    pub fn is_secret(&self, key: &str) -> bool {
        self.secrets.contains(key)
    }

    /// Returns the keys whose values are marked as secret.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(String::as_str)
    }

    /// Returns the keys and values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(key, value)| (&**key, &**value))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Config {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(values: I) -> Self {
        let values = values.into_iter();
        Self {
            values: values
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
            secrets: BTreeSet::new(),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

fn listed(keys: &[&str]) -> String {
    if keys.is_empty() {
        "none".to_owned()
    } else {
        keys.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn debug_shows_no_values() {
        let config = Config::from_iter([("PASSWORD", "hunter2")]);
        assert_eq!(format!("{config:?}"), r#"{"PASSWORD"}"#);
    }

    #[test]
    fn an_unknown_key_is_named_with_the_known_ones() {
        let config = Config::from_iter([("PROT", "1")]);
        let error = config.only(&["PORT"]).unwrap_err().to_string();
        assert!(error.contains("PROT") && error.contains("PORT"), "{error}");
    }

    #[test]
    fn values_of_the_host_are_never_unknown() {
        let config = Config::from_iter([("__wascc_name", "echo")]);
        assert!(config.only(&[]).is_ok());
    }
}
