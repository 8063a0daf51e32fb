//! The error of a host: one opaque type with a kind.

mod call;
mod denial;
mod failure;
mod guest;
mod limit;
mod permission;
mod remedy;
mod start;
mod swap;

pub use call::CallFailure;
pub use denial::{Denial, DeniedBy};
pub(crate) use failure::{Doing, Failure, Thing};
pub use permission::PermissionError;
pub use remedy::Remedy;
pub(crate) use start::{CompileFault, StartFault};
pub(crate) use swap::{ProviderSwapRefusal, RebindRefusal, SwapRefusal};

use crate::id::{ActorId, NameError, Target};
use capwire_contracts::codec::{DecodeError, EncodeError};
use capwire_limits::Limit;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The error of a host. `Display` shows what failed, on what, and what to do next.
/// [`source`](StdError::source) returns the cause.
pub struct Error(Box<Failure>);

/// The kind of an error, by the party that has to change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A module is unsigned or was changed, or its claims are not valid.
    Unverified,
    /// Claims, policy or the host's own rules do not allow it.
    Denied,
    /// An argument, an option or a configured value is wrong.
    Invalid,
    /// The entry exists already.
    AlreadyExists,
    /// The entry does not exist.
    NotFound,
    /// The actor failed: its own error, a trap, or a violation of the protocol.
    Actor,
    /// The actor exceeded a limit.
    Limit,
    /// The provider failed.
    Provider,
    /// A deadline was exceeded.
    Timeout,
    /// The actor is overloaded; try again later.
    Busy,
    /// A call chain has a cycle or is too long.
    CallChain,
    /// The actor, or the version of the provider that served the call, was stopped.
    Stopped,
    /// The host is shutting down.
    Closed,
    /// The engine failed, or cannot do what the host requires.
    Engine,
    /// Middleware refused the call or failed.
    Middleware,
    /// The provider is broken or being replaced; try again later.
    Unavailable,
}

impl ErrorKind {
    /// All kinds.
    pub const ALL: [Self; 16] = [
        Self::Unverified,
        Self::Denied,
        Self::Invalid,
        Self::AlreadyExists,
        Self::NotFound,
        Self::Actor,
        Self::Limit,
        Self::Provider,
        Self::Timeout,
        Self::Busy,
        Self::CallChain,
        Self::Stopped,
        Self::Closed,
        Self::Engine,
        Self::Middleware,
        Self::Unavailable,
    ];

    /// Returns its name in logs and metrics, such as `not_found`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Denied => "denied",
            Self::Invalid => "invalid",
            Self::AlreadyExists => "already_exists",
            Self::NotFound => "not_found",
            Self::Actor => "actor",
            Self::Limit => "limit",
            Self::Provider => "provider",
            Self::Timeout => "timeout",
            Self::Busy => "busy",
            Self::CallChain => "call_chain",
            Self::Stopped => "stopped",
            Self::Closed => "closed",
            Self::Engine => "engine",
            Self::Middleware => "middleware",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Error {
    /// Middleware refuses a call, or fails; the call ends with this error.
    pub fn middleware(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Failure::Middleware(source.into()).into()
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind()
    }

    /// Returns true if a request was denied. [`denial`](Self::denial) has the details.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.kind() == ErrorKind::Denied
    }

    /// Returns true if a module's claims are not trusted.
    #[must_use]
    pub fn is_unverified(&self) -> bool {
        self.kind() == ErrorKind::Unverified
    }

    /// Returns true if a deadline was exceeded.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns true if the actor is overloaded. [`retry_after`](Self::retry_after) returns the time
    /// to wait.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.kind() == ErrorKind::Busy
    }

    /// Returns true if nothing was done and a later attempt may succeed without any change.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Busy | ErrorKind::Unavailable)
    }

    /// Returns the estimated time after which to try again, if the actor is busy or a provider is
    /// unavailable, or the actor failed after it met such an error. In the last case, the actor may
    /// have done a part of its work, so the error is not [`retryable`](Self::retryable).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match &*self.0 {
            Failure::Busy { retry_after, .. }
            | Failure::ProviderBroken { retry_after, .. }
            | Failure::ProviderHeld { retry_after, .. } => Some(*retry_after),
            Failure::Call(failure) => failure.retry_after,
            _ => None,
        }
    }

    /// Returns the denial, if a call or a binding was denied.
    #[must_use]
    pub fn denial(&self) -> Option<&Denial> {
        match &*self.0 {
            Failure::Denied(denial) => Some(denial),
            _ => None,
        }
    }

    /// Returns the step that would remove the reason of this error, if it is known. The text of the
    /// error contains it, too, in words that fit any program.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        match &*self.0 {
            Failure::Denied(denial) => denial.remedy().cloned(),
            Failure::Swap { source, .. } => source.remedy(),
            Failure::StartDenied { .. } => Some(Remedy::AskOperator),
            _ => None,
        }
    }

    /// Returns the failure of a call within its actor, if the error is one.
    #[must_use]
    pub fn call_failure(&self) -> Option<&CallFailure> {
        match &*self.0 {
            Failure::Call(failure) => Some(failure),
            _ => None,
        }
    }

    /// Returns the limit that the actor exceeded, or for which it was refused memory before it
    /// failed, in this error or its causes.
    #[must_use]
    pub fn exceeded_limit(&self) -> Option<Limit> {
        match self.call_failure() {
            Some(failure) => failure.limit(),
            None => capwire_text::causes(self).find_map(limit::of),
        }
    }

    /// The error and its causes, each once. The text has one line, except for a [`CallFailure`] or
    /// another [`Trap`](capwire_wapc::Trap), whose further lines are indented. Engines, providers
    /// and middleware write the causes, which contain text from outside. So each cause has a
    /// maximum length, and characters that could control a terminal are [escaped](capwire_text).
    #[must_use]
    pub fn report(&self) -> String {
        let causes = capwire_text::causes(self).map(|cause| indented(&cause.to_string()));
        causes.fold(self.to_string(), |text, cause| {
            match text.contains(&cause) {
                true => text,
                false => format!("{text}: {cause}"),
            }
        })
    }

    /// Returns the text for a log line that names the actor already.
    pub(crate) fn brief(&self) -> String {
        match &*self.0 {
            Failure::Deadline { operation, .. } => {
                format!("no answer to `{operation}` in time: allow a longer `deadline`")
            }
            Failure::Stopped { .. } => "stopped during a call".to_owned(),
            _ => self.report(),
        }
    }

    /// Returns the text for a guest.
    pub(crate) fn for_guest(&self) -> String {
        guest::text(&self.0)
    }

    /// Returns the error of an actor that failed after something that it needs was unavailable for
    /// `retry_after`.
    pub(crate) fn retried_after(mut self, retry_after: Option<Duration>) -> Self {
        if let Failure::Call(failure) = &mut *self.0 {
            failure.retry_after = retry_after;
        }
        self
    }

    pub(crate) fn unverified(source: capwire_wascap::VerifyError) -> Self {
        Failure::Unverified(source).into()
    }

    pub(crate) fn denied(denial: Arc<Denial>) -> Self {
        Failure::Denied(denial).into()
    }

    pub(crate) fn option(option: &'static str, fault: impl Into<Box<str>>) -> Self {
        Failure::Option {
            option,
            fault: fault.into(),
        }
        .into()
    }

    pub(crate) fn already_exists(thing: Thing) -> Self {
        Failure::AlreadyExists(thing).into()
    }

    pub(crate) fn not_found(thing: Thing) -> Self {
        Failure::NotFound(thing).into()
    }

    pub(crate) fn stopped(actor: ActorId) -> Self {
        Failure::Stopped { actor }.into()
    }

    /// `target` did not answer `operation` in time.
    pub(crate) fn late(target: &Target, operation: &str) -> Self {
        Failure::Deadline {
            target: target.clone(),
            operation: operation.into(),
        }
        .into()
    }

    /// The message of `operation` cannot be encoded.
    pub(crate) fn message(operation: &str, source: EncodeError) -> Self {
        let operation = operation.into();
        Failure::Message { operation, source }.into()
    }

    /// The answer of `actor` to `operation` cannot be decoded.
    pub(crate) fn answer(actor: ActorId, operation: &str, source: DecodeError) -> Self {
        Failure::Answer {
            actor,
            operation: operation.into(),
            source,
        }
        .into()
    }

    pub(crate) fn closed() -> Self {
        Failure::Closed.into()
    }
}

/// The maximum number of lines of a cause, and of bytes of a line: more than a trap ever has.
const MOST_LINES: usize = 64;
const MOST_OF_A_LINE: usize = 4 * 1024;

/// A cause, of which all lines but the first are indented.
fn indented(cause: &str) -> String {
    let mut lines = cause.lines().take(MOST_LINES);
    let first = capwire_text::line(lines.next().unwrap_or_default(), MOST_OF_A_LINE);
    lines.fold(first, |text, line| {
        let indent = if line.starts_with("  ") { "" } else { "  " };
        format!(
            "{text}\n{indent}{}",
            capwire_text::line(line, MOST_OF_A_LINE)
        )
    })
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self(Box::new(failure))
    }
}

impl From<NameError> for Error {
    fn from(error: NameError) -> Self {
        Failure::Name(error).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind};

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn kinds_are_listed_in_the_order_of_their_numbers() {
        for (number, kind) in ErrorKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number, "{kind:?}");
        }
    }

    #[test]
    fn the_report_has_all_causes_once() {
        let error = Error::middleware("no token in the header");
        assert_eq!(
            error.report(),
            "middleware refused the call or failed: no token in the header"
        );
    }

    #[test]
    fn the_report_of_a_hostile_cause_is_bounded_and_indented() {
        let report =
            Error::middleware(format!("\x1b[2J\n\n  in\n{}", "x".repeat(100_000))).report();
        assert!(report.contains(": \\u{1b}[2J\n  \n  in\n  xxx"), "{report}");
        assert!(report.len() < 5_000, "{} bytes", report.len());
        let lines = Error::middleware("line\n".repeat(100_000)).report();
        assert!(lines.len() < 1_000, "{} bytes", lines.len());
    }
}
