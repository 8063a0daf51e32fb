//! A call that failed within its actor.

use super::limit;
use crate::id::ActorId;
use capwire_limits::Limit;
use capwire_provider::Dialect;
use capwire_wapc::{CallError, Frame};
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// The failure of a call within its actor: the actor, the operation, the cause, the active
/// functions, and the recent output of the actor.
///
/// `Display` shows the whole failure. All lines but the first are indented:
///
/// ```text
/// counter (MCU2B7YRDVX3…) failed in `HandleRequest`: the guest executed `unreachable` (a panic or an abort)
///   in counter::count
///   in __guest_call
///   it said: panicked at src/lib.rs:31:5:
///     too many
///   the instance is not used again
/// ```
#[derive(Debug)]
pub struct CallFailure {
    pub(crate) actor: ActorId,
    pub(crate) name: Box<str>,
    pub(crate) operation: Box<str>,
    pub(crate) cause: CallError,
    pub(crate) survived: bool,
    /// True if the caller repeats the call in another dialect.
    pub(crate) repeated: bool,
    /// The time after which to try again, if the actor failed after something that it needs was
    /// unavailable.
    pub(crate) retry_after: Option<Duration>,
}

impl CallFailure {
    /// Returns the actor that failed.
    #[must_use]
    pub fn actor(&self) -> ActorId {
        self.actor
    }

    /// Returns the actor's name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the operation of the call.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Returns the cause of the failure.
    #[must_use]
    pub fn cause(&self) -> &CallError {
        &self.cause
    }

    /// Returns the active functions, innermost first, as far as the engine knows them.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        self.cause.frames()
    }

    /// Returns the actor's own text: its error, the message of its panic, or the last lines that it
    /// printed before it trapped.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        match &self.cause {
            CallError::Guest(error) => Some(&error.message),
            CallError::Trap(trap) => trap.said(),
            _ => None,
        }
    }

    /// Returns the limit that the actor exceeded, or for which it was refused memory before it trapped.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        limit::of_call(&self.cause)
    }

    /// Returns true if the instance serves further calls. If it does not, the next call gets
    /// another instance.
    #[must_use]
    pub fn instance_survived(&self) -> bool {
        self.survived
    }

    pub(crate) fn is_repeated(&self) -> bool {
        self.repeated
    }

    /// Returns true if the actor does not read the dialect of the message, and did nothing else.
    pub(crate) fn refuses_dialect(cause: &CallError) -> bool {
        match cause {
            CallError::Guest(error) => Dialect::is_refused(&error.message),
            _ => false,
        }
    }
}

impl fmt::Display for CallFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            actor,
            name,
            operation,
            cause,
            ..
        } = self;
        write!(f, "{name} ({}) failed in `{operation}`: ", actor.short())?;
        match cause {
            // Indented, so that no line of the guest's looks like one of ours.
            CallError::Guest(error) => f.write_str(&error.printable().replace('\n', "\n    "))?,
            CallError::Protocol(breach) => write!(f, "{cause}: {breach}")?,
            _ => write!(f, "{cause}")?,
        }
        f.write_str(match self.survived {
            true => "\n  the instance goes on",
            false => "\n  the instance is not used again",
        })?;
        match self.limit() {
            Some(limit) => write!(
                f,
                "\n  correct the actor, or raise `{}` in its `limits`",
                limit.key()
            ),
            None => Ok(()),
        }
    }
}

impl StdError for CallFailure {
    /// The source of the [`cause`](CallFailure::cause), which `Display` shows.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.source()
    }
}
