//! Descriptions of the keys that bindings configure.

use std::fmt::Write as _;

/// A key of a provider's configuration, with its description for documents and editors.
///
/// ```
/// use capwire_provider::Key;
///
/// const KEYS: &[Key] = &[Key::new("LIMIT", "`25`", "The highest temperature in °C.")];
/// assert!(Key::table(KEYS).ends_with("| `LIMIT` | `25` | The highest temperature in °C. |\n"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Key {
    /// The name of the key.
    pub name: &'static str,
    /// The default, in Markdown.
    pub default: &'static str,
    /// The meaning of the key, in complete sentences of Markdown without `|`.
    pub about: &'static str,
}

impl Key {
    /// Returns the description of the key `name`.
    #[must_use]
    pub const fn new(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self {
            name,
            default,
            about,
        }
    }

    /// Returns the names of all `keys`, for [`Config::only`](crate::Config::only).
    ///
    /// # Panics
    /// If `keys` has another length than the result.
    ///
    /// ```
    /// use capwire_provider::Key;
    ///
    /// const KEYS: &[Key] = &[Key::new("LIMIT", "`25`", "The highest temperature in °C.")];
    /// const NAMES: [&str; KEYS.len()] = Key::names(KEYS);
    /// assert_eq!(NAMES, ["LIMIT"]);
    /// ```
    #[must_use]
    pub const fn names<const N: usize>(keys: &[Self]) -> [&'static str; N] {
        assert!(keys.len() == N, "there are as many names as keys");
        let mut names = [""; N];
        let mut index = 0;
        while index < N {
            #[expect(clippy::indexing_slicing, reason = "both have N elements")]
            {
                names[index] = keys[index].name;
            }
            index += 1;
        }
        names
    }

    /// Returns the keys `first`, followed by the keys `then`.
    ///
    /// # Panics
    /// If the result has another length than both together.
    ///
    /// ```
    /// use capwire_provider::Key;
    ///
    /// const OF_SERVER: [Key; 1] = [Key::new("URL", "none: required", "The server.")];
    /// const OWN: [Key; 1] = [Key::new("TIMEOUT", "`5s`", "The maximum time of an operation.")];
    /// const KEYS: [Key; 2] = Key::joined(&OF_SERVER, &OWN);
    /// assert_eq!(KEYS[1].name, "TIMEOUT");
    /// ```
    #[must_use]
    pub const fn joined<const N: usize>(first: &[Self], then: &[Self]) -> [Self; N] {
        assert!(
            first.len() + then.len() == N,
            "the result has the keys of both"
        );
        let mut all = [Self::new("", "", ""); N];
        let mut index = 0;
        while index < N {
            #[expect(clippy::indexing_slicing, reason = "N is the sum of both lengths")]
            {
                all[index] = if index < first.len() {
                    first[index]
                } else {
                    then[index - first.len()]
                };
            }
            index += 1;
        }
        all
    }

    /// Returns `true` if `known`, the name of a key of a provider, stands for `key`. A star at its end
    /// stands for any text, which is not empty.
    ///
    /// ```
    /// use capwire_provider::Key;
    ///
    /// assert!(Key::covers("CRON.*", "CRON.report") && Key::covers("ZONE", "ZONE"));
    /// assert!(!Key::covers("CRON.*", "CRON.") && !Key::covers("ZONE", "ZONES"));
    /// ```
    #[must_use]
    pub fn covers(known: &str, key: &str) -> bool {
        match known.strip_suffix('*') {
            Some(start) => key.len() > start.len() && key.starts_with(start),
            None => known == key,
        }
    }

    /// Returns a table of `keys` in Markdown.
    #[must_use]
    pub fn table(keys: &[Self]) -> String {
        let mut table = "| key | default | meaning |\n|---|---|---|\n".to_owned();
        for Self {
            name,
            default,
            about,
        } in keys
        {
            // Writing to a `String` cannot fail.
            let _ = writeln!(table, "| `{name}` | {default} | {about} |");
        }
        table
    }
}
