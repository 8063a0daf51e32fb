//! Errors of wasmi by blame.

use crate::NAME;
use capwire_wapc::{
    Abort, CallError, CompileError, LimitError, ProtocolError, Source, Span, StartError, Trap,
    TrapKind,
};
use std::fmt;
use wasmi::TrapCode;
use wasmi::errors::{ErrorKind, HostError, InstantiationError};

/// Why an import stops the guest, for good or until it is resumed.
#[derive(Clone, Debug)]
pub(crate) enum Halt {
    /// It called the host: binding, namespace, operation and payload.
    HostCall([Span; 4]),
    /// It has no fuel left after an import that returns this: wasmi looks where blocks of code begin.
    SliceEnded(Option<i32>),
    /// It broke the protocol.
    Protocol(ProtocolError),
    /// It called WASI's `proc_exit` with this code.
    Exit(u32),
    /// It called AssemblyScript's `abort`.
    Abort(Abort),
}

impl HostError for Halt {}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostCall(_) => f.write_str("the guest called the host"),
            Self::SliceEnded(_) => f.write_str("the slice is over"),
            Self::Protocol(error) => error.fmt(f),
            Self::Exit(code) => TrapKind::Exit(*code).fmt(f),
            Self::Abort(_) => TrapKind::Abort.fmt(f),
        }
    }
}

/// A module that is refused.
pub(crate) fn invalid(source: impl Into<Source>) -> CompileError {
    CompileError::Invalid {
        engine: NAME,
        source: source.into(),
    }
}

/// Why instantiation failed, when it was not for a limit.
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

/// Why a function of the guest ended without a result.
pub(crate) fn call_error(error: wasmi::Error) -> CallError {
    match error.as_trap_code() {
        Some(TrapCode::StackOverflow) => LimitError::Stack.into(),
        Some(TrapCode::OutOfFuel) => LimitError::Interrupted.into(),
        code => trap(code.map_or(TrapKind::Other, kind), error).into(),
    }
}

/// Where the kind does not say all, wasmi's own account is the cause.
fn trap(kind: TrapKind, error: wasmi::Error) -> Trap {
    match kind {
        TrapKind::Other => Trap::new(kind, error),
        known => known.into(),
    }
}

/// A start function may end by an exit with code 0.
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
