//! The limits that errors of guests name.

use capwire_limits::Limit;
use capwire_wapc::{CallError, LimitError, Misuse};
use std::error::Error;

/// Returns the limit that `cause` names, if it is an error of a guest.
pub(super) fn of(cause: &(dyn Error + 'static)) -> Option<Limit> {
    match cause.downcast_ref() {
        Some(failed) => of_call(failed),
        None => cause.downcast_ref().and_then(of_limit),
    }
}

/// Returns the limit that the guest exceeded, or for which it was refused memory before it trapped.
pub(super) fn of_call(error: &CallError) -> Option<Limit> {
    match error {
        CallError::Limit(exceeded) => of_limit(&exceeded.limit()),
        CallError::Trap(trap) => trap.refused().as_ref().and_then(of_limit),
        CallError::Misuse(Misuse::TooLarge { .. }) => Some(Limit::Message),
        _ => None,
    }
}

fn of_limit(error: &LimitError) -> Option<Limit> {
    match error {
        LimitError::Memory { .. } => Some(Limit::Memory),
        LimitError::Table { .. } => Some(Limit::TableElements),
        LimitError::Stack => Some(Limit::Stack),
        LimitError::Message { .. } => Some(Limit::Message),
        LimitError::Interrupted => Some(Limit::Cpu),
        _ => None,
    }
}
