//! Reads project files by the rules of manifests.

use super::{Node, Reader};
use crate::error::{ManifestError, Problem};
use crate::project::ProjectFile;

/// Returns the project file in `text` if nothing that it needs is missing, and all errors in the
/// order of the text.
pub(crate) fn project(text: &str) -> (Option<ProjectFile>, Vec<ManifestError>) {
    super::document(text, |reader, root| match root {
        Some(root) => reader.project(root),
        None => {
            let empty = ManifestError::whole(Problem::EmptyProject);
            reader.faults.push(empty);
            None
        }
    })
}

impl Reader {
    fn project(&mut self, root: &Node) -> Option<ProjectFile> {
        const KEYS: &[&str] = &["name", "language", "version", "capabilities"];
        let fields = self.fields(root, "", KEYS, &["name", "language"])?;
        let mut text = |key: &str| fields.get(key).and_then(|node| self.text(node, key));
        let (name, language, version) = (text("name"), text("language"), text("version"));
        let capabilities = fields
            .get("capabilities")
            .map(|node| self.list(Some(node), "capabilities", Self::text));
        Some(ProjectFile {
            name: name?,
            language: language?,
            version,
            capabilities,
        })
    }
}
