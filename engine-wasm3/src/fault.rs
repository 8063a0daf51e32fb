//! Errors of wasm3 by blame.

use crate::NAME;
use crate::guest::Halt;
use capwire_wapc::{CallError, LimitError, Source, StartError, Trap, TrapKind};
use std::ffi::CString;
use std::io;
use std::panic::resume_unwind;

/// Why wasm3 did not do what it was asked to: in its own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("wasm3: {0}")]
pub(crate) struct Fault(pub(crate) String);

impl Fault {
    pub(crate) fn out_of_memory() -> Self {
        Self("out of memory".to_owned())
    }
}

/// A name as wasm3 takes it.
pub(crate) fn c_string(text: &str) -> Result<CString, Fault> {
    CString::new(text).map_err(|_| Fault("a name contains a zero".to_owned()))
}

/// Why a function of the guest did not return.
pub(crate) enum Stopped {
    /// An import stopped it.
    Halted(Halt),
    /// wasm3 did.
    Trapped(Fault),
}

impl Stopped {
    /// By wasm3's account, unless an import halted it.
    pub(crate) fn new(fault: Fault, halt: Option<Halt>) -> Self {
        halt.map_or(Self::Trapped(fault), Self::Halted)
    }
}

/// The engine has no room for an instance.
pub(crate) fn no_room(source: impl Into<Source>) -> StartError {
    StartError::Engine {
        engine: NAME,
        source: source.into(),
    }
}

/// Why a module that was tried could not be loaded.
pub(crate) fn start_error(fault: Fault) -> StartError {
    let kind = match fault.0.as_str() {
        "data segment out of bounds" | "unallocated linear memory" => TrapKind::MemoryOutOfBounds,
        "out of bounds table access" | "table underflow" => TrapKind::TableOutOfBounds,
        _ => return no_room(fault),
    };
    StartError::Call(Trap::from(kind).into())
}

/// Why a call could not begin.
pub(crate) fn no_stack(error: io::Error) -> CallError {
    Trap::new(TrapKind::Other, error).into()
}

/// Why a function of the guest did not return. `stack_left` is the gauge.
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

/// Where the kind does not say all, wasm3's own account is the cause.
fn trap(kind: TrapKind, fault: Fault) -> Trap {
    match kind {
        TrapKind::Other => Trap::new(kind, fault),
        known => known.into(),
    }
}

const STACK_OVERFLOW: &str = "[trap] stack overflow";

/// wasm3 tells its traps apart by their text only.
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
