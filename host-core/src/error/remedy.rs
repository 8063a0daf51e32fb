//! The remedy of an error, as data, so that a program can word it for its users.

use std::fmt;

/// The step that would remove the reason of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Sign the module again with this capability, which may be narrowed, in its claims. A name
    /// in it that a shell could interpret is replaced by a placeholder such as `OPERATION`, so that
    /// it is safe to copy into a shell in quotes.
    Claim(String),
    /// If the name in the request is meant to be an actor, sign the module again with the actor's
    /// key in its claims, and give the actor this alias in the host.
    Alias(String),
    /// Sign the module again with a later expiry.
    Renew,
    /// Sign the module again with a revision above this one.
    RaiseRevision(i32),
    /// Ask the issuer of the module for a new release.
    NewRelease,
    /// Add this permission to the operator's policy.
    Permit {
        /// The permission.
        permission: String,
        /// The place of the rule that denies it.
        place: String,
    },
    /// Ask the operator of the host to change the policy.
    AskOperator,
    /// Grant it to the actor for which the request was made, or let the actor that makes it act by its own
    /// authority: [`ChainRule::Own`](crate::ChainRule::Own).
    NameService,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claim(capability) => {
                write!(
                    f,
                    "sign the module again with the capability `{capability}`"
                )
            }
            Self::Alias(alias) => write!(
                f,
                "to call an actor, claim its key, and give it the alias `{alias}` in the host"
            ),
            Self::Renew => f.write_str("sign the module again with a later expiry"),
            Self::RaiseRevision(revision) => {
                write!(f, "sign the module again with a revision above {revision}")
            }
            Self::NewRelease => f.write_str("ask the issuer of the module for a new release"),
            Self::Permit { permission, place } => write!(f, "add `{permission}` at {place}"),
            Self::AskOperator => f.write_str("ask the host's operator"),
            Self::NameService => f.write_str(
                "grant it to that actor, too, or let this one act by its own authority, if it is a service",
            ),
        }
    }
}
