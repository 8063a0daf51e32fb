//! Converts errors of wasmtime into errors of capwire-wapc.

use crate::NAME;
use capwire_wapc::{
    Abort, CallError, CompileError, Frame, LimitError, ProtocolError, Source, StartError, Trap,
    TrapKind,
};
use wasmtime::{Error, WasmBacktrace};

/// The guest called WASI's `proc_exit` with this code.
#[derive(Debug, thiserror::Error)]
#[error("the guest exited with code {0}")]
pub(crate) struct Exit(pub(crate) u32);

/// Returns the error for a module that the engine refuses.
pub(crate) fn invalid(source: impl Into<Source>) -> CompileError {
    CompileError::Invalid {
        engine: NAME,
        source: source.into(),
    }
}

/// Returns the error for an instance that wasmtime could not provide.
pub(crate) fn unavailable(source: impl Into<Source>) -> StartError {
    StartError::Engine {
        engine: NAME,
        source: source.into(),
    }
}

/// Converts an error of instantiation that was not caused by a limit.
pub(crate) fn start_error(error: Error) -> StartError {
    match error.downcast_ref::<wasmtime::Trap>() {
        Some(_) => StartError::Call(call_error(error)),
        None => unavailable(error),
    }
}

/// Converts the error of a guest's function that ended without a result.
pub(crate) fn call_error(error: Error) -> CallError {
    if let Some(breach) = error.downcast_ref::<ProtocolError>() {
        return breach.clone().into();
    }
    let frames = frames(&error);
    let error: CallError = match error.downcast_ref() {
        Some(wasmtime::Trap::StackOverflow) => LimitError::Stack.into(),
        Some(wasmtime::Trap::Interrupt) => LimitError::Interrupted.into(),
        _ => trap(error).into(),
    };
    error.with_frames(frames)
}

fn trap(error: Error) -> Trap {
    if let Some(Exit(code)) = error.downcast_ref() {
        return TrapKind::Exit(*code).into();
    }
    if let Some(abort) = error.downcast_ref::<Abort>() {
        return abort.clone().into();
    }
    match error.downcast_ref().copied().map_or(TrapKind::Other, kind) {
        TrapKind::Other => Trap::new(TrapKind::Other, error),
        known => known.into(),
    }
}

/// Returns the functions that were being called, the innermost first.
fn frames(error: &Error) -> Vec<Frame> {
    let backtrace = error.downcast_ref::<WasmBacktrace>();
    let frames = backtrace.map_or(&[][..], WasmBacktrace::frames).iter();
    let named = frames.map(|frame| (frame.func_index(), frame.func_name()));
    capwire_wapc_rewrite::frames(named).collect()
}

/// Treats a start function's exit with code 0 as success.
pub(crate) fn unless_exited(result: Result<(), CallError>) -> Result<(), CallError> {
    match result {
        Err(CallError::Trap(trap)) if trap.kind() == TrapKind::Exit(0) => Ok(()),
        result => result,
    }
}

fn kind(trap: wasmtime::Trap) -> TrapKind {
    use wasmtime::Trap as T;
    match trap {
        T::UnreachableCodeReached => TrapKind::Unreachable,
        T::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
        T::TableOutOfBounds => TrapKind::TableOutOfBounds,
        T::IndirectCallToNull => TrapKind::IndirectCallToNull,
        T::BadSignature => TrapKind::BadSignature,
        T::IntegerOverflow => TrapKind::IntegerOverflow,
        T::IntegerDivisionByZero => TrapKind::IntegerDivisionByZero,
        T::BadConversionToInteger => TrapKind::BadConversion,
        _ => TrapKind::Other,
    }
}
