//! The text for a guest whose host call failed: enough to react to, and nothing about the host.

use super::failure::{Failure, Thing};
use capwire_wapc::CallError;

pub(super) fn text(failure: &Failure) -> String {
    match failure {
        Failure::Denied(denial) => denial.for_guest(),
        Failure::Provider { source, .. } => source.to_string(),
        Failure::Call(failure) if let CallError::Guest(error) = failure.cause() => {
            format!("the actor failed: {}", error.message)
        }
        Failure::NotFound(Thing::Binding(key)) => format!("not bound to {}", key.provider),
        Failure::Name(error) => error.to_string(),
        other => general(other).to_owned(),
    }
}

fn general(failure: &Failure) -> &'static str {
    match failure {
        Failure::NotFound(_)
        | Failure::Stopped { .. }
        | Failure::Expired { .. }
        | Failure::Distrusted { .. } => "the actor is not running",
        Failure::Deadline { .. } | Failure::ProviderDeadline { .. } => "it took too long",
        Failure::Busy { .. } => "the actor is busy",
        Failure::Circle { .. } => "the call would wait for itself",
        Failure::Depth { .. } => "actors call one another too deeply",
        Failure::ProviderPanic { .. } => "the provider failed",
        Failure::ProviderBroken { .. }
        | Failure::ProviderHeld { .. }
        | Failure::ProviderStopped { .. } => "the provider is unavailable: try again later",
        Failure::Middleware(_) => "the call was refused",
        Failure::Closed | Failure::Runtime => "the host is shutting down",
        _ => "the actor failed",
    }
}
