//! The outcome of an attack, derived from the type of the host's error, never from its text.

use capwire::wapc::{CallError, CompileError, LimitError, ProtocolError, StartError, TrapKind};
use capwire::{Error, ErrorKind};
use std::error::Error as _;

/// The outcome of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Stopped: it computed for longer than its budget.
    CpuBudget,
    /// Stopped: it took longer than its deadline.
    Deadline,
    /// Refused: it needs more memory than it may have.
    Memory,
    /// Refused: it needs more table elements than it may have.
    Tables,
    /// Refused: it has more parts than a module may have.
    Parts,
    /// It responded with more than a message may have.
    Message,
    /// Its call stack was too deep.
    Stack,
    /// It pointed outside of its memory.
    OutOfBounds,
    /// It gave a name that is not UTF-8.
    NotUtf8,
    /// It gave a name that is too long.
    TooLong,
    /// It was told that there is no more, and trapped of its own accord.
    GaveUp,
    /// It answered with an error.
    Answered,
    /// All instances are taken, and so is the queue.
    Busy,
}

impl Ending {
    /// The ending that `error` tells of, or none if it is of another kind than any here.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        match error.kind() {
            ErrorKind::Timeout => return Some(Self::Deadline),
            ErrorKind::Busy => return Some(Self::Busy),
            _ => {}
        }
        if let Some(failure) = error.call_failure() {
            return Self::of_call(failure.cause());
        }
        let source = error.source()?;
        if let Some(CompileError::TooLarge { .. } | CompileError::TooCostly { .. }) =
            source.downcast_ref()
        {
            return Some(Self::Parts);
        }
        match source.downcast_ref()? {
            StartError::Limit(limit) => Some(Self::of_limit(*limit)),
            StartError::Call(call) => Self::of_call(call),
            _ => None,
        }
    }

    /// Returns the kind of the host's error for this outcome.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        match self {
            Self::CpuBudget
            | Self::Memory
            | Self::Tables
            | Self::Parts
            | Self::Message
            | Self::Stack => ErrorKind::Limit,
            Self::Deadline => ErrorKind::Timeout,
            Self::Busy => ErrorKind::Busy,
            Self::OutOfBounds | Self::NotUtf8 | Self::TooLong | Self::GaveUp | Self::Answered => {
                ErrorKind::Actor
            }
        }
    }

    fn of_call(error: &CallError) -> Option<Self> {
        match error {
            CallError::Limit(exceeded) => Some(Self::of_limit(exceeded.limit())),
            CallError::Protocol(ProtocolError::OutOfBounds { .. }) => Some(Self::OutOfBounds),
            CallError::Protocol(ProtocolError::NotUtf8 { .. }) => Some(Self::NotUtf8),
            CallError::Protocol(ProtocolError::TooLong { .. }) => Some(Self::TooLong),
            CallError::Trap(trap) if trap.kind() == TrapKind::Unreachable => Some(Self::GaveUp),
            CallError::Guest(_) => Some(Self::Answered),
            _ => None,
        }
    }

    fn of_limit(limit: LimitError) -> Self {
        match limit {
            LimitError::Memory { .. } => Self::Memory,
            LimitError::Table { .. } => Self::Tables,
            LimitError::Message { .. } => Self::Message,
            LimitError::Stack => Self::Stack,
            // `Interrupted`, and whatever is stopped at the end of a slice in future.
            _ => Self::CpuBudget,
        }
    }
}
