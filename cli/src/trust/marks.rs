//! The latest revocation lists that were seen, so that no older one is accepted again.

use crate::data::DataDir;
use crate::error::Error;
use crate::files::{self, Existing, Readers};
use capwire::wascap::Mark;
use std::io::ErrorKind;
use std::path::PathBuf;

/// The name of their folder in the data directory.
const SORT: &str = "trust";
const NAME: &str = "revocations";

/// The marks in a file of the data directory.
#[derive(Debug)]
pub(crate) struct Marks {
    data: DataDir,
    path: PathBuf,
    seen: Vec<Mark>,
}

impl Marks {
    /// Reads those of earlier runs. An invalid file is an error, because the latest revocation
    /// lists are then unknown. Creates no file.
    pub(crate) fn open(data: &DataDir) -> Result<Self, Error> {
        let path = data.path(SORT, NAME).join("seen");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(files::unreadable(&path, error)),
        };
        let seen: Result<Vec<Mark>, _> = text.lines().map(str::parse).collect();
        let seen = seen.map_err(|error| {
            Error::failure(format!(
                "`{}` was changed by another program",
                path.display()
            ))
            .because(error)
            .help("delete it if your revocation lists are the latest ones")
        })?;
        let data = data.clone();
        Ok(Self { data, path, seen })
    }

    pub(crate) fn seen(&self) -> &[Mark] {
        &self.seen
    }

    /// Remembers the lists of `new`.
    pub(crate) fn remember(&mut self, new: &[Mark]) -> Result<(), Error> {
        let mut seen = self.seen.clone();
        for mark in new {
            seen.retain(|known| {
                known.operator() != mark.operator() || known.number() > mark.number()
            });
            if !seen.iter().any(|known| known.operator() == mark.operator()) {
                seen.push(*mark);
            }
        }
        if seen == self.seen {
            return Ok(());
        }
        let text: String = seen.iter().map(|mark| format!("{mark}\n")).collect();
        let path = &self.path;
        self.data.folder(SORT, NAME)?;
        files::write(path, text.as_bytes(), Readers::OwnerOnly, Existing::Replace).map_err(
            |error| Error::failure(format!("cannot write `{}`", path.display())).because(error),
        )?;
        self.seen = seen;
        Ok(())
    }
}
