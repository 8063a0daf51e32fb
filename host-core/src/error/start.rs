//! The ways in which a module fails to compile or to start.

use capwire_wapc::{CompileError, StartError};
use std::time::Duration;

/// Why a guest did not start.
#[derive(Debug)]
pub(crate) enum StartFault {
    Start(StartError),
    /// Its start functions were not done after this time.
    Deadline(Duration),
    /// The engine panicked.
    Panic,
}

/// Why a module was not compiled.
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
