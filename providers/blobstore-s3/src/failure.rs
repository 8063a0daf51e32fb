//! The errors of the server, as the actor sees them.

use capwire_blobstore_common::Failure;
use object_store::Error;
use std::time::Duration;

/// Returns the failure of an operation that could not do `what`. Only logs show the error of the
/// server, which names the bucket.
pub(crate) fn failed(what: &str, error: Error) -> Failure {
    let reason = match &error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            "the server refuses the access key of the binding"
        }
        Error::NotFound { .. } => "the bucket or the upload does not exist on the server",
        Error::Generic { .. } => "the server cannot be reached, or fails",
        _ => "the server refuses the request",
    };
    Failure::unavailable(format!("{what}: {reason}"), error)
}

/// Returns the failure of an operation that took too long.
pub(crate) fn too_slow(what: &str, time: Duration) -> Failure {
    let text = format!("{what}: the server does not answer within `TIMEOUT`");
    Failure::unavailable(text, format!("no answer within {time:?}"))
}

/// Returns true if there is no such object.
pub(crate) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::NotFound { .. })
}
