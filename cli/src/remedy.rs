//! What to do about an actor that did not start or answer.

use capwire::ErrorKind;
use capwire::wapc::{CallError, CompileError, LimitError, Misuse, parts};
use std::error::Error as StdError;

/// What to do about the module `wasm` that did not start.
pub(crate) fn of_start(error: &capwire::Error, wasm: &[u8]) -> Option<String> {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    let of_module = cause.and_then(|cause| of_module(cause, wasm));
    of_module.or_else(|| of(error))
}

/// What to do about the module `wasm` that an engine did not compile.
pub(crate) fn of_module(error: &CompileError, wasm: &[u8]) -> Option<String> {
    let too_large = matches!(error, CompileError::TooLarge { .. });
    // What has too many parts is refused whatever engine there is.
    let only_here = too_large && parts::check(wasm).is_ok();
    only_here.then(|| "another engine may take it: see `--engine`".to_owned())
}

/// What to do next, where that does not depend on what the actor is.
pub(crate) fn of(error: &capwire::Error) -> Option<String> {
    match error.kind() {
        ErrorKind::Engine => Some("try another engine, such as `--engine wasmi`".to_owned()),
        _ => limit(error).map(|key| {
            format!(
                "correct the actor, or let it have more by `{key}` in its `limits` in a manifest"
            )
        }),
    }
}

/// The limit by which it failed, as manifests call it.
fn limit(error: &capwire::Error) -> Option<&'static str> {
    if let Some(failure) = error.call_failure() {
        return of_call(failure.cause());
    }
    let mut causes = capwire_text::causes(error);
    causes.find_map(|cause| match cause.downcast_ref() {
        Some(failed) => of_call(failed),
        None => cause.downcast_ref().and_then(key),
    })
}

fn of_call(error: &CallError) -> Option<&'static str> {
    match error {
        CallError::Limit(limit) => key(limit),
        CallError::Misuse(Misuse::TooLarge { .. }) => Some("message"),
        _ => None,
    }
}

fn key(limit: &LimitError) -> Option<&'static str> {
    match limit {
        LimitError::Memory { .. } => Some("memory"),
        LimitError::Table { .. } => Some("table_elements"),
        LimitError::Stack => Some("stack"),
        LimitError::Message { .. } => Some("message"),
        LimitError::Interrupted => Some("cpu"),
        _ => None,
    }
}
