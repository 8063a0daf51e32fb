//! Converts errors of wasm3 into errors of capwire-wapc.

use crate::NAME;
use crate::guest::Halt;
use capwire_wapc::{CallError, LimitError, Source, StartError, Trap, TrapKind};
use std::ffi::CString;
use std::io;
use std::panic::resume_unwind;

/// An error of wasm3, with its own text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("wasm3: {0}")]
pub(crate) struct Fault(pub(crate) String);

impl Fault {
    pub(crate) fn out_of_memory() -> Self {
        Self("out of memory".to_owned())
    }
}

/// Returns a name as a C string, or an error if it contains a zero.
pub(crate) fn c_string(text: &str) -> Result<CString, Fault> {
    CString::new(text).map_err(|_| Fault("a name contains a zero".to_owned()))
}

/// The reason for which a function of the guest did not return.
pub(crate) enum Stopped {
    /// An import stopped the function.
    Halted(Halt),
    /// wasm3 reported a trap.
    Trapped(Fault),
}

impl Stopped {
    /// Returns the import's halt if there is one, otherwise wasm3's error.
    pub(crate) fn new(fault: Fault, halt: Option<Halt>) -> Self {
        halt.map_or(Self::Trapped(fault), Self::Halted)
    }
}

/// Returns the error for an instance for which the engine has no room.
pub(crate) fn no_room(source: impl Into<Source>) -> StartError {
    StartError::Engine {
        engine: NAME,
        source: source.into(),
    }
}

/// Converts the error of loading a module that passed its trial.
pub(crate) fn start_error(fault: Fault) -> StartError {
    let kind = match fault.0.as_str() {
        "data segment out of bounds" | "unallocated linear memory" => TrapKind::MemoryOutOfBounds,
        "out of bounds table access" | "table underflow" => TrapKind::TableOutOfBounds,
        _ => return no_room(fault),
    };
    StartError::Call(Trap::from(kind).into())
}

/// Converts the error of a call for which there is no stack.
pub(crate) fn no_stack(error: io::Error) -> CallError {
    Trap::new(TrapKind::Other, error).into()
}

/// Converts the error of a function that did not return. `stack_left` is the value of
/// [`Gauge::Stack`](crate::code::Gauge::Stack).
pub(crate) fn call_error(stopped: Stopped, stack_left: i32) -> CallError {
    match stopped {
        Stopped::Halted(Halt::Protocol(error)) => error.into(),
        Stopped::Halted(Halt::Exit(code)) => Trap::from(TrapKind::Exit(code)).into(),
        Stopped::Halted(Halt::Abort(abort)) => Trap::from(abort).into(),
        Stopped::Halted(Halt::Stopped) => LimitError::Interrupted.into(),
        Stopped::Halted(Halt::Panicked(panic)) => resume_unwind(panic),
        Stopped::Trapped(_) if stack_left < 0 => LimitError::Stack.into(),
        Stopped::Trapped(fault) if fault.0 == STACK_OVERFLOW => LimitError::Stack.into(),
        Stopped::Trapped(fault) => trap(kind(&fault), fault).into(),
    }
}

/// Returns a trap of this kind. If the kind does not say enough, wasm3's own error is its source.
fn trap(kind: TrapKind, fault: Fault) -> Trap {
    match kind {
        TrapKind::Other => Trap::new(kind, fault),
        known => known.into(),
    }
}

const STACK_OVERFLOW: &str = "[trap] stack overflow";

/// Returns the kind of a trap by its text, since wasm3 has no codes for traps.
fn kind(fault: &Fault) -> TrapKind {
    match fault.0.as_str() {
        "[trap] unreachable executed" => TrapKind::Unreachable,
        "[trap] out of bounds memory access" => TrapKind::MemoryOutOfBounds,
        "[trap] undefined element" | "[trap] out of bounds table access" => {
            TrapKind::TableOutOfBounds
        }
        "[trap] uninitialized element" => TrapKind::IndirectCallToNull,
        "[trap] indirect call type mismatch" => TrapKind::BadSignature,
        "[trap] integer overflow" => TrapKind::IntegerOverflow,
        "[trap] integer divide by zero" => TrapKind::IntegerDivisionByZero,
        "[trap] invalid conversion to integer" => TrapKind::BadConversion,
        _ => TrapKind::Other,
    }
}
