//! Which limit an actor came up against.

use capwire::wapc::{CallError, LimitError};
use std::error::Error as StdError;
use std::iter::successors;

/// What to do about an actor that used more than it may, if that is why it failed.
pub(crate) fn help(error: &capwire::Error) -> Option<String> {
    let key = key(limit(error)?)?;
    Some(format!(
        "correct the actor, or let it have more by `{key}` in its `limits` in a manifest"
    ))
}

fn limit(error: &capwire::Error) -> Option<LimitError> {
    if let Some(failure) = error.call_failure() {
        return of_call(failure.cause());
    }
    let mut causes = successors(error.source(), |&cause| cause.source());
    causes.find_map(|cause| match cause.downcast_ref() {
        Some(failed) => of_call(failed),
        None => cause.downcast_ref().copied(),
    })
}

fn of_call(error: &CallError) -> Option<LimitError> {
    match error {
        CallError::Limit(limit) => Some(*limit),
        _ => None,
    }
}

/// How manifests call it.
fn key(limit: LimitError) -> Option<&'static str> {
    match limit {
        LimitError::Memory { .. } => Some("memory"),
        LimitError::Table { .. } => Some("table_elements"),
        LimitError::Stack => Some("stack"),
        LimitError::Message { .. } => Some("message"),
        LimitError::Interrupted => Some("cpu"),
        _ => None,
    }
}
