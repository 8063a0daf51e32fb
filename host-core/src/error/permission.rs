//! Permissions that no host can read or enforce.

/// A text that is no [`Permission`](crate::Permission), or one that no host can enforce.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PermissionError {
    /// The text does not have the form of a permission.
    #[error("`{0}` is not of the form `CAPABILITY[OPERATION,… on RESOURCE,…]`")]
    Syntax(String),
    /// The part before the bracket names nothing.
    #[error("`{0}` names neither a contract nor an actor's key")]
    Capability(String),
    /// A resource is not a pattern.
    #[error("`{0}` is no pattern: it may have one `*`, at its start or at its end")]
    Pattern(String),
    /// No host knows the resources of the capability.
    #[error("`{0}` can be narrowed by operations only: what its messages are about is not known")]
    NoResources(String),
}
