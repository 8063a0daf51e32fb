//! The content of a project file.

use crate::error::ManifestError;
use crate::model::At;
use crate::read;

/// The content of a project file, `capwire.yaml`: how an actor is built and signed.
///
/// ```
/// use capwire_manifest::ProjectFile;
///
/// let project = ProjectFile::parse(
///     "
/// name: hello
/// language: rust
/// capabilities:
///   - wascc:keyvalue[Get on session:*]
/// ",
/// )
/// .map_err(|mut faults| faults.remove(0))?;
/// assert_eq!(project.name.value, "hello");
/// assert_eq!(project.capabilities.map(|all| all.len()), Some(1));
/// # Ok::<(), capwire_manifest::ManifestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// The actor's name.
    pub name: At<String>,
    /// The name of the language that it is written in.
    pub language: At<String>,
    /// The version, for people.
    pub version: Option<At<String>>,
    /// The capabilities that the actor claims, as `capwire sign --cap` takes them, or `None` if the
    /// file does not say. An empty list claims none.
    pub capabilities: Option<Vec<At<String>>>,
}

impl ProjectFile {
    /// Reads a project file from YAML or JSON.
    ///
    /// # Errors
    /// All faults, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, Vec<ManifestError>> {
        let (project, faults) = read::project(text);
        project.filter(|_| faults.is_empty()).ok_or(faults)
    }
}
