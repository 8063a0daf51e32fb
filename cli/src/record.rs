//! Records of what actors use.

use crate::error::Error;
use crate::files;
use capwire::record::{ParseError, RecordError, Recorder, Use, parse};
use std::collections::HashSet;
use std::error::Error as _;
use std::path::Path;

/// Returns a recorder that appends to the file at `path`.
pub(crate) fn recorder(path: &Path) -> Result<Recorder, Error> {
    Recorder::append_to(path).map_err(|error| match error {
        RecordError::NotAFile(_) => {
            Error::failure(format!("cannot record into `{}`", path.display()))
                .because("it is not a regular file")
                .help("name a regular file, or one that does not exist yet")
        }
        RecordError::Read { source, .. } => files::unreadable(path, source),
        RecordError::Write { source, .. } => {
            Error::failure(format!("cannot write `{}`", path.display())).because(source)
        }
        RecordError::Parse { source, .. } => no_record(path, &source),
        error => Error::failure(error.to_string()),
    })
}

/// Returns the uses in the file at `path`.
pub(crate) fn read(path: &Path) -> Result<HashSet<Use>, Error> {
    let bytes = files::read(path)?;
    parse(&bytes).map_err(|error| no_record(path, &error))
}

fn no_record(path: &Path, error: &ParseError) -> Error {
    let problem = format!("`{}` is not a record of uses: {error}", path.display());
    let cause = error.source().map(ToString::to_string);
    Error::unreadable(problem).because(cause.unwrap_or_default())
}
