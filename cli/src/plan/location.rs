//! Finds the files that a manifest names.

use crate::error::Error;
use crate::place::Place;
use std::path::{Path, PathBuf};

/// The folders in which relative paths are looked for, in this order: the manifest's, so that it
/// names its neighbours wherever it is run from; then the working directory, as in 2020.
pub(crate) struct Folders([PathBuf; 2]);

impl Folders {
    /// The folders for a manifest at `manifest`.
    pub(crate) fn of(manifest: &Path) -> Self {
        Self([beside(manifest), PathBuf::new()])
    }

    /// The file that `text` names at `place`.
    pub(crate) fn require(&self, place: &Place, text: &str) -> Result<PathBuf, Error> {
        self.find(text).ok_or_else(|| missing(place, text))
    }

    /// The first file or directory that `text` names, if there is one.
    pub(super) fn find(&self, text: &str) -> Option<PathBuf> {
        let [first, second] = &self.0;
        [first.join(text), second.join(text)]
            .into_iter()
            .find(|path| path.exists())
    }
}

fn missing(place: &Place, text: &str) -> Error {
    if is_reference(text) {
        place
            .error(format_args!(
                "cannot load `{text}`: registries are not supported yet"
            ))
            .help("download it, and write the path of its file here")
    } else {
        place
            .error(format_args!("the file `{text}` does not exist"))
            .help("relative paths are resolved against the manifest's directory first, then against the working directory")
    }
}

/// The folder of the file at `path`; nothing, to which paths can be joined, if that is the
/// working directory.
pub(crate) fn beside(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

/// Returns `true` if `text` looks like `registry.example.com/name:tag` rather than like a file.
pub(crate) fn is_reference(text: &str) -> bool {
    let Some((host, rest)) = text.split_once('/') else {
        return false;
    };
    let is_host = host == "localhost" || host.contains(':') || host.trim_matches('.').contains('.');
    let last = rest.rsplit('/').next().unwrap_or(rest);
    is_host && !last.is_empty() && (last.contains(':') || !last.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::is_reference;

    #[test]
    fn references_are_told_from_files() {
        for reference in [
            "registry.example.com/echo:0.2.0",
            "localhost:5000/echo",
            "localhost/team/echo:v1",
            "example.com/echo@sha256:00",
        ] {
            assert!(is_reference(reference), "{reference}");
        }
        for file in [
            "echo.wasm",
            "./echo.wasm",
            "../a.b/echo.wasm",
            "/srv/echo:1",
            "actors/echo.wasm",
            "v1.2/echo.wasm",
        ] {
            assert!(!is_reference(file), "{file}");
        }
    }
}
