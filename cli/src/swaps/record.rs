//! The record of a swap, a file of JSON.

use super::Hash;
use crate::error::Error;
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;

/// The record of the last swap of an actor.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    version: u32,
    /// The module that the swap put in place.
    pub(super) module: Hash,
    /// The module that the manifest named at that time.
    pub(super) manifest_module: Hash,
    /// The time of the swap, in seconds since 1970.
    pub(super) swapped_at: u64,
}

/// The version alone, whatever other versions may add.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Record {
    pub(super) fn new(module: &Hash, manifest_module: &Hash, swapped_at: u64) -> Self {
        Self {
            version: VERSION,
            module: module.clone(),
            manifest_module: manifest_module.clone(),
            swapped_at,
        }
    }

    /// Reads a record. Its hashes are hashes, so they can be file names.
    pub(super) fn parse(json: &[u8]) -> Result<Self, Error> {
        let malformed = |error| Error::failure("the record of a swap is malformed").because(error);
        let Versioned { version } = serde_json::from_slice(json).map_err(malformed)?;
        if version != VERSION {
            return Err(Error::failure(format!(
                "the record of a swap has version {version}, and this program reads version {VERSION}"
            )));
        }
        let record: Self = serde_json::from_slice(json).map_err(malformed)?;
        if is_hash(&record.module) && is_hash(&record.manifest_module) {
            Ok(record)
        } else {
            Err(Error::failure(
                "the record of a swap has an invalid SHA-256 hash",
            ))
        }
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec_pretty(self)
            .map_err(|error| Error::failure("cannot write the record of a swap").because(error))
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::Record;

    #[test]
    fn only_a_complete_record_of_this_version_is_read() {
        let hash = "0f".repeat(32);
        let record = Record::new(&hash, &hash, 7);
        let json = String::from_utf8(record.to_json().unwrap()).unwrap();
        assert!(Record::parse(json.as_bytes()).is_ok());
        let escape = format!("../{}", "0".repeat(61));
        for wrong in [
            json.replace("\"version\": 1", "\"version\": 2"),
            json.replace("swapped_at", "swapped_in"),
            json.replacen(&hash, &hash[..63], 1),
            json.replacen(&hash, &escape, 1),
            json.replacen(&hash, &hash.to_uppercase(), 1),
            json[..json.len() - 1].to_owned(),
        ] {
            assert!(Record::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
