//! The configuration of a binding.

use crate::usage::Quota;
use capwire_blobstore_common::{Limits, keys};
use capwire_provider::{BindingId, Config, Key, ProviderError};
use std::path::{Path, PathBuf};

const ROOT: &str = "ROOT";
const MAX_BYTES: &str = "MAX_BYTES";
const MAX_BLOBS: &str = "MAX_BLOBS";

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        ROOT,
        "none: each actor has its own folder",
        "A folder of this machine, which bindings can share. Its files are blobs, and the folders in it are containers.",
    ),
    keys::ACCESS,
    keys::MAX_BLOB,
    Key::new(
        MAX_BYTES,
        "`10GiB`",
        "The maximum size of all blobs. An upload beyond it is refused when it starts.",
    ),
    Key::new(
        MAX_BLOBS,
        "`100000`",
        "The maximum number of blobs and containers.",
    ),
    keys::MAX_UPLOADS,
    keys::UPLOAD_IDLE,
    keys::MAX_DOWNLOADS,
    keys::MAX_CHUNK,
];

const NAMES: [&str; KEYS.len()] = Key::names(KEYS);

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;

/// The keys whose values are names of files.
pub(crate) const FILE_KEYS: &[&str] = &[ROOT];

/// The place of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The folder of the actor with this key.
    Own(String),
    /// A folder of this machine.
    Shared(PathBuf),
}

/// The configuration of a binding.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) place: Place,
    pub(crate) limits: Limits,
    pub(crate) quota: Quota,
}

impl Settings {
    /// Reads the configuration.
    pub(crate) fn read(id: &BindingId, config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let bytes = config.size(MAX_BYTES, 1..=u64::MAX)?;
        let blobs = config.number(MAX_BLOBS, 1..=u64::MAX)?;
        Ok(Self {
            place: place(id, config)?,
            limits: Limits::read(config, u64::MAX)?,
            quota: Quota {
                bytes: bytes.unwrap_or(10 << 30),
                blobs: blobs.unwrap_or(100_000),
            },
        })
    }
}

fn place(id: &BindingId, config: &Config) -> Result<Place, ProviderError> {
    let Some(folder) = config.get(ROOT) else {
        return Ok(Place::Own(id.actor.clone()));
    };
    // Bindings with different names of one folder share it.
    match Path::new(folder).canonicalize() {
        Ok(path) if path.is_dir() => Ok(Place::Shared(path)),
        Ok(_) => Err(ProviderError::config(ROOT, "is no folder")),
        Err(error) => {
            let reason = format!("is no folder that can be opened: {error}");
            Err(ProviderError::config(ROOT, reason))
        }
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
            ("ROOT", ""),
            ("ROOT", "/no/such/folder"),
            ("ROOT", "/dev/null"),
            ("ACCESS", "readonly"),
            ("MAX_BLOB", "1GB"),
            ("MAX_BYTES", "0"),
            ("MAX_BLOBS", "many"),
            ("MAX_BLOBS", "0"),
            ("MAX_UPLOADS", "1001"),
            ("UPLOAD_IDLE", "60"),
            ("MAX_DOWNLOADS", "0"),
            ("MAX_CHUNK", "17MiB"),
            ("COLOUR", "red"),
        ] {
            let error = read([(key, value)]).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
        }
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = KEYS.iter().filter_map(|key| {
            let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
            Some((key.name, value))
        });
        let shown = |settings: Settings| format!("{settings:?}");
        assert_eq!(shown(read(documented).unwrap()), shown(read([]).unwrap()));
    }
}
