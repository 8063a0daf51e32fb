//! The content of an operator's policy file.

use crate::error::ManifestError;
use crate::model::{At, Chain, Position};
use crate::read;

/// The content of a policy file, before names are resolved. Each rule restricts what claims grant.
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
    /// The rules for all actors.
    pub everyone: PolicySection,
    /// The rules for the actors of accounts, by the accounts' public keys.
    pub accounts: Vec<(At<String>, PolicySection)>,
    /// The rules for single actors, by their public keys.
    pub actors: Vec<(At<String>, PolicySection)>,
}

/// The rules for some actors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicySection {
    /// The only capabilities that the actors may use, if there is such a list, and its place. An
    /// empty list allows none.
    pub only: Option<(Position, Vec<At<String>>)>,
    /// The capabilities that the policy narrows. Claims alone decide on all others, so an empty list
    /// restricts nothing.
    pub limit: Vec<At<String>>,
    /// `false` if they may not start.
    pub start: Option<At<bool>>,
    /// The authority by which they act for other actors.
    pub chain: Option<At<Chain>>,
}

impl PolicyFile {
    /// Reads a policy from YAML or JSON.
    ///
    /// # Errors
    /// All faults, in the order of the text. A text without content, such as an empty one or one of
    /// comments only, is a fault: it is rather a file that was lost than a policy.
    pub fn parse(text: &str) -> Result<Self, Vec<ManifestError>> {
        let (policy, faults) = read::policy(text);
        match faults.is_empty() {
            true => Ok(policy),
            false => Err(faults),
        }
    }
}
