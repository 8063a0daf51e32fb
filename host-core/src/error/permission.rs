//! The error for permissions that no host can read or enforce.

/// A text that is not a [`Permission`](crate::Permission), or a permission that no host can
/// enforce.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PermissionError {
    /// The text does not have the form of a permission.
    #[error("`{0}` is not of the form `CAPABILITY[OPERATION,… on RESOURCE,…]`")]
    Syntax(String),
    /// The part before the bracket is neither a contract nor an actor's key.
    #[error("`{0}` names neither a contract nor an actor's key")]
    Capability(String),
    /// A resource is not a pattern.
    #[error("`{0}` is not a pattern: a pattern has at most one `*`, at its start or its end")]
    Pattern(String),
    /// The resources of the capability are unknown to hosts.
    #[error(
        "`{0}` can be narrowed by operation only: the host does not know the resources of its messages"
    )]
    NoResources(String),
}
