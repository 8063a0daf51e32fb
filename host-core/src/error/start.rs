//! The ways in which a module fails to compile or to start.

use capwire_wapc::{CompileError, StartError};
use std::time::Duration;

/// The failure of a guest to start.
#[derive(Debug)]
pub(crate) enum StartFault {
    Start(StartError),
    /// The start functions did not finish within this time.
    Deadline(Duration),
    /// The engine panicked.
    Panic,
}

/// The failure of an engine to compile a module.
#[derive(Debug)]
pub(crate) enum CompileFault {
    Compile(CompileError),
    /// The engine panicked.
    Panic,
}

impl From<StartError> for StartFault {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}
