//! The reasons to refuse a new version of an actor.

use super::{Error, ErrorKind, Remedy};
use capwire_wascap::{PublicKey, Widening};

/// A reason to refuse a new version.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SwapRefusal {
    #[error(
        "it is signed by {new}, but the running version is signed by {old}: sign it with the same account, or stop the actor and start this version"
    )]
    Issuer { old: PublicKey, new: PublicKey },
    #[error(
        "its revision {new} is not above the running revision {old}: sign the module again with a higher revision"
    )]
    Revision { old: i32, new: i32 },
    #[error("it claims more than the running version: {}: remove these claims, or allow them", list(.0))]
    Wider(Vec<Widening>),
    #[error("it does not answer its health check")]
    Unhealthy(#[source] Error),
}

impl SwapRefusal {
    pub(super) fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::Revision { old, .. } => Some(Remedy::RaiseRevision(*old)),
            Self::Unhealthy(error) => error.remedy(),
            Self::Issuer { .. } | Self::Wider(_) => None,
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Issuer { .. } | Self::Revision { .. } | Self::Wider(_) => ErrorKind::Denied,
            Self::Unhealthy(error) => error.kind(),
        }
    }
}

fn list(wider: &[Widening]) -> String {
    let wider: Vec<String> = wider.iter().map(ToString::to_string).collect();
    wider.join("; ")
}
