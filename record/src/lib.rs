//! A record of what actors use, from which narrow claims can be made.
//!
//! The record has one line of JSON for each distinct [`Use`]: the actor, the capability, the
//! operation and the resource. It contains no messages. [`Recorder`] is a layer that writes it while
//! a host runs, and [`parse`] reads it.
#![forbid(unsafe_code)]

mod recorder;
mod uses;

pub use recorder::{Recorder, Recording};
pub use uses::{By, MAX_USES, ParseError, Use, parse};

use std::io;
use std::path::PathBuf;

/// The reason why a file cannot be recorded into.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The path names something other than a file.
    #[error("`{}` is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// The file exists, and cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file exists, and contains something else.
    #[error("`{}` is not a record of uses", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The first line that is no use.
        source: ParseError,
    },
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
