//! The project of an actor: its folder and its project file.

use crate::error::Error;
use crate::place::{Place, malformed};
use crate::{files, known};
use capwire::Permission;
use capwire_manifest::{At, ProjectFile};
use capwire_project::{Language, Name, PROJECT_FILE};
use std::path::{Path, PathBuf};

/// A project whose file is valid.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
    pub(crate) name: Name,
    pub(crate) language: Language,
    pub(crate) version: Option<String>,
    /// The capabilities that the file lists, if it has a list.
    pub(crate) capabilities: Option<Vec<Permission>>,
}

impl Project {
    /// Reads the project of `folder`, or of the nearest folder around it that has a project file.
    pub(crate) fn around(folder: &Path) -> Result<Self, Error> {
        let has_file = |folder: &Path| folder.join(PROJECT_FILE).exists();
        if has_file(folder) {
            return Self::read(folder);
        }
        let full = folder.canonicalize();
        let full = full.map_err(|error| files::unreadable(folder, error))?;
        let around = full.ancestors().find(|around| has_file(around));
        let Some(around) = around else {
            let folder = folder.display();
            let problem =
                format!("neither `{folder}` nor a folder around it has a `{PROJECT_FILE}`");
            return Err(Error::unreadable(problem).help("create a project with `capwire new NAME`"));
        };
        Self::read(around)
    }

    fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(PROJECT_FILE);
        let text = String::from_utf8(files::read(&path)?);
        let text = text.map_err(|error| {
            Error::unreadable(format!("`{}` is not UTF-8 text", path.display())).because(error)
        })?;
        let file = match ProjectFile::parse(&text) {
            Ok(file) => file,
            Err(faults) => {
                let faults = faults.into_iter().map(|fault| malformed(&path, fault));
                let all = Error::all(faults.collect());
                return Err(all.unwrap_or_else(|| Place::whole(&path).error("it is malformed")));
            }
        };
        Self::of(folder, &path, file)
    }

    fn of(folder: &Path, path: &Path, file: ProjectFile) -> Result<Self, Error> {
        let mut faults = Vec::new();
        let name = parsed::<Name>(path, &file.name, &mut faults);
        let language = parsed::<Language>(path, &file.language, &mut faults);
        let capabilities = file.capabilities.map(|listed| {
            let listed = listed.iter();
            let permissions = listed.filter_map(|text| permission(path, text, &mut faults));
            permissions.collect()
        });
        match (name, language, Error::all(faults)) {
            (Some(name), Some(language), None) => Ok(Self {
                folder: folder.to_owned(),
                name,
                language,
                version: file.version.map(|version| version.value),
                capabilities,
            }),
            (_, _, Some(error)) => Err(error),
            (_, _, None) => Err(Place::whole(path).error("it is malformed")),
        }
    }

    /// Returns the path of the signed module.
    pub(crate) fn module(&self) -> PathBuf {
        self.folder
            .join("build")
            .join(format!("{}.wasm", self.name))
    }

    /// Returns the path of the manifest.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.folder.join("manifest.yaml")
    }

    /// Returns the path of the project file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join(PROJECT_FILE)
    }
}

fn parsed<T>(path: &Path, text: &At<String>, faults: &mut Vec<Error>) -> Option<T>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let parsed = text.value.parse();
    parsed
        .map_err(|error| faults.push(Place::of(path, text).error(error)))
        .ok()
}

fn permission(path: &Path, text: &At<String>, faults: &mut Vec<Error>) -> Option<Permission> {
    let permission: Permission = parsed(path, text, faults)?;
    let misspelt = known::misspelt(&permission).into_iter();
    let place = Place::of(path, text);
    let misspelt = misspelt.map(|unknown| place.error(unknown.problem).help(unknown.help));
    let before = faults.len();
    faults.extend(misspelt);
    (faults.len() == before).then_some(permission)
}
