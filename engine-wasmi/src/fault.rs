//! Converts errors of wasmi into errors of capwire-wapc.

use crate::NAME;
use capwire_wapc::{
    Abort, CallError, CompileError, LimitError, ProtocolError, Source, Span, StartError, Trap,
    TrapKind,
};
use std::fmt;
use std::time::Duration;
use wasmi::errors::{ErrorKind, HostError, InstantiationError};
use wasmi::{TrapCode, Val};

/// The reason for which an import stops or suspends the guest.
#[derive(Clone, Debug)]
pub(crate) enum Halt {
    /// The guest called the host: binding, namespace, operation and payload.
    HostCall([Span; 4]),
    /// The guest sleeps for this time.
    Sleep(Duration),
    /// The guest has no fuel left after an import that returns this value. wasmi itself checks the fuel
    /// only where blocks of code begin.
    SliceEnded(Option<Val>),
    /// The guest broke the protocol.
    Protocol(ProtocolError),
    /// The guest called WASI's `proc_exit` with this code.
    Exit(u32),
    /// The guest called AssemblyScript's `abort`.
    Abort(Abort),
}

impl HostError for Halt {}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostCall(_) => f.write_str("the guest called the host"),
            Self::Sleep(_) => f.write_str("the guest sleeps"),
            Self::SliceEnded(_) => f.write_str("the slice is over"),
            Self::Protocol(error) => error.fmt(f),
            Self::Exit(code) => TrapKind::Exit(*code).fmt(f),
            Self::Abort(_) => TrapKind::Abort.fmt(f),
        }
    }
}

/// Returns the error for a module that the engine refuses.
pub(crate) fn invalid(source: impl Into<Source>) -> CompileError {
    CompileError::Invalid {
        engine: NAME,
        source: source.into(),
    }
}

/// Converts an error of instantiation that was not caused by a limit.
pub(crate) fn start_error(error: wasmi::Error) -> StartError {
    let kind = match error.kind() {
        ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) => {
            Some(TrapKind::TableOutOfBounds)
        }
        _ => error.as_trap_code().map(kind),
    };
    match kind {
        Some(kind) => StartError::Call(trap(kind, error).into()),
        None => StartError::Engine {
            engine: NAME,
            source: error.into(),
        },
    }
}

/// Converts the error of a guest's function that ended without a result.
pub(crate) fn call_error(error: wasmi::Error) -> CallError {
    match error.as_trap_code() {
        Some(TrapCode::StackOverflow) => LimitError::Stack.into(),
        Some(TrapCode::OutOfFuel) => LimitError::Interrupted.into(),
        code => trap(code.map_or(TrapKind::Other, kind), error).into(),
    }
}

/// Returns a trap of this kind. If the kind does not say enough, wasmi's own error is its source.
fn trap(kind: TrapKind, error: wasmi::Error) -> Trap {
    match kind {
        TrapKind::Other => Trap::new(kind, error),
        known => known.into(),
    }
}

/// Treats a start function's exit with code 0 as success, with `None` as its result.
pub(crate) fn unless_exited<T>(result: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match result {
        Err(CallError::Trap(trap)) if trap.kind() == TrapKind::Exit(0) => Ok(None),
        result => result.map(Some),
    }
}

fn kind(code: TrapCode) -> TrapKind {
    match code {
        TrapCode::UnreachableCodeReached => TrapKind::Unreachable,
        TrapCode::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
        TrapCode::TableOutOfBounds => TrapKind::TableOutOfBounds,
        TrapCode::IndirectCallToNull => TrapKind::IndirectCallToNull,
        TrapCode::BadSignature => TrapKind::BadSignature,
        TrapCode::IntegerOverflow => TrapKind::IntegerOverflow,
        TrapCode::IntegerDivisionByZero => TrapKind::IntegerDivisionByZero,
        TrapCode::BadConversionToInteger => TrapKind::BadConversion,
        _ => TrapKind::Other,
    }
}
