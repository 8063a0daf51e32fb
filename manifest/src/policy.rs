//! What an operator's policy file says.

use crate::error::ManifestError;
use crate::model::{At, Position};
use crate::read;

/// A policy file, as it is written. Everything in it takes away from what claims grant.
///
/// ```
/// use capwire_manifest::PolicyFile;
///
/// let policy = PolicyFile::parse(
///     "
/// everyone:
///   limit: ['wascc:keyvalue[Get on session:*]']
/// accounts:
///   ACVU5HXWMLSJK2KZTNX7GO5QLACJ4Y3FQWGLTUNH7GVJTDH3KLNLXDAR:
///     start: false
/// ",
/// )
/// .map_err(|mut faults| faults.remove(0))?;
/// assert_eq!(policy.everyone.limit.len(), 1);
/// # Ok::<(), capwire_manifest::ManifestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyFile {
    /// What holds for all actors.
    pub everyone: PolicyPart,
    /// What holds for the actors of accounts, by the accounts' public keys.
    pub accounts: Vec<(At<String>, PolicyPart)>,
    /// What holds for actors, by their public keys.
    pub actors: Vec<(At<String>, PolicyPart)>,
}

/// What holds for some actors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyPart {
    /// The capabilities that they may use at most, if there is such a list, and its place.
    pub only: Option<(Position, Vec<At<String>>)>,
    /// How far they may use some capabilities; others as far as claims go.
    pub limit: Vec<At<String>>,
    /// Whether they may start.
    pub start: Option<At<bool>>,
}

impl PolicyFile {
    /// Reads YAML or JSON.
    ///
    /// # Errors
    /// All that is wrong, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, Vec<ManifestError>> {
        let (policy, faults) = read::policy(text);
        match faults.is_empty() {
            true => Ok(policy),
            false => Err(faults),
        }
    }
}
