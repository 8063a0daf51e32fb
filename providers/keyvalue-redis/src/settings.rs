//! The configuration of a binding.

use capwire_provider::{BindingId, Config, Key, ProviderError};
use capwire_redis_common as common;

const PREFIX: &str = "PREFIX";
const MAX_ANSWER: &str = "MAX_ANSWER";

const OWN: &[Key] = &[
    Key::new(
        PREFIX,
        "the actor's public key and `:`",
        "The text before each key on the server. Bindings with the same prefix share their keys. With an empty prefix, the keys on the server are those of the actor, as with the provider of 2020.",
    ),
    Key::new(
        MAX_ANSWER,
        "`16MiB`",
        "The maximum size of the values in one answer. Each item of a list or set counts 24 bytes more than its text.",
    ),
];

const COUNT: usize = common::KEYS.len() + OWN.len();
const TABLE: [Key; COUNT] = Key::joined(common::KEYS, OWN);
const NAMES: [&str; COUNT] = Key::names(&TABLE);

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &TABLE;

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;

/// The configuration of a binding.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) common: common::Settings,
    pub(crate) prefix: String,
    pub(crate) max_answer: usize,
}

impl Settings {
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let max_answer = config.size(MAX_ANSWER, 1..=u64::MAX)?.unwrap_or(16 << 20);
        let prefix = config.get(PREFIX).map(str::to_owned);
        Ok(Self {
            common: common::Settings::read(config)?,
            prefix: prefix.unwrap_or_else(|| format!("{}:", id.actor)),
            max_answer: usize::try_from(max_answer).unwrap_or(usize::MAX),
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
            ("MAX_ANSWER", "16MB"),
            ("MAX_ANSWER", "0"),
            ("COLOUR", "red"),
        ] {
            let error = read([(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
        }
    }

    #[test]
    fn the_documented_default_is_the_default() {
        let key = KEYS.iter().find(|key| key.name == "MAX_ANSWER").unwrap();
        let documented = read([("MAX_ANSWER", key.default.trim_matches('`'))]).unwrap();
        assert_eq!(documented.max_answer, read([]).unwrap().max_answer);
    }

    #[test]
    fn each_actor_has_its_own_keys_unless_the_prefix_says_otherwise() {
        assert_eq!(read([]).unwrap().prefix, "MACTOR:");
        assert_eq!(read([("PREFIX", "")]).unwrap().prefix, "");
    }
}
