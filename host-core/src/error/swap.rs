//! The reasons to refuse a new version of an actor or a provider, or other values of a binding.

use super::{Error, ErrorKind, Remedy};
use crate::id::ContractId;
use capwire_wascap::{PublicKey, Widening};

/// A reason to refuse a new version.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SwapRefusal {
    #[error(
        "it is signed by {new}, but the running version is signed by {old}: sign it with the same account, or stop the actor and start this version"
    )]
    Issuer { old: PublicKey, new: PublicKey },
    #[error(
        "its revision {new} is not above the running revision {old}: sign the module again with a higher revision, or allow older ones"
    )]
    Revision { old: i32, new: i32 },
    #[error("it claims more than the running version: {}: remove these claims, or allow them", list(.0))]
    Wider(Vec<Widening>),
    #[error("it does not answer its health check")]
    Unhealthy(#[source] Error),
    #[error(
        "{failed} of the {calls} calls that met it failed, which is more than allowed: see the log for their errors"
    )]
    CanaryFailed { failed: u64, calls: u64 },
    #[error("no call met it in its time: give it a larger share of the calls, or more time")]
    CanaryUntried,
    #[error(
        "it was withdrawn: by an operator, or because its claims are no longer trusted or the policy bars it"
    )]
    CanaryWithdrawn,
}

impl SwapRefusal {
    pub(super) fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::Revision { old, .. } => Some(Remedy::RaiseRevision(*old)),
            Self::Unhealthy(error) => error.remedy(),
            Self::Issuer { .. }
            | Self::Wider(_)
            | Self::CanaryFailed { .. }
            | Self::CanaryUntried
            | Self::CanaryWithdrawn => None,
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Issuer { .. }
            | Self::Revision { .. }
            | Self::Wider(_)
            | Self::CanaryWithdrawn => ErrorKind::Denied,
            Self::Unhealthy(error) => error.kind(),
            Self::CanaryFailed { .. } => ErrorKind::Actor,
            Self::CanaryUntried => ErrorKind::Unavailable,
        }
    }
}

/// A reason why a provider was not replaced.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderSwapRefusal {
    #[error(
        "the new provider serves {0}: choose a provider of the same contract; the old one still serves"
    )]
    Contract(ContractId),
    #[error(
        "the new provider lacks the operations {}: choose a provider that has them; the old one still serves",
        .0.join(", ")
    )]
    Operations(Vec<String>),
    #[error(
        "the new provider declares other resources for the operations {}: remove the old one and add this one; the old one still serves",
        .0.join(", ")
    )]
    Resources(Vec<String>),
    #[error("the new provider is not ready, and the old one still serves")]
    NotReady(#[source] Error),
    #[error("the new provider is not ready, and the old one was opened again")]
    TakenBack(#[source] Error),
    #[error("the new provider is not ready, and the old one is broken, too: {}", new.report())]
    Broken {
        new: Error,
        #[source]
        old: Error,
    },
    #[error("the new provider is not ready, and the old one is broken")]
    StillBroken(#[source] Error),
}

impl ProviderSwapRefusal {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Contract(_) | Self::Operations(_) | Self::Resources(_) => ErrorKind::Invalid,
            Self::NotReady(error) | Self::TakenBack(error) | Self::StillBroken(error) => {
                error.kind()
            }
            Self::Broken { new, .. } => new.kind(),
        }
    }
}

/// A reason why a binding did not get other values.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RebindRefusal {
    #[error("it has its old values again")]
    TakenBack(#[source] Error),
    #[error("it could not be made again with its old values either, and has ended: {}", new.report())]
    Ended {
        new: Error,
        #[source]
        old: Error,
    },
}

impl RebindRefusal {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::TakenBack(error) => error.kind(),
            Self::Ended { new, .. } => new.kind(),
        }
    }
}

fn list(wider: &[Widening]) -> String {
    let wider: Vec<String> = wider.iter().map(ToString::to_string).collect();
    wider.join("; ")
}
