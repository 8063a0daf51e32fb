//! Permissions that no host can read or enforce.

/// Why a text is no [`Permission`](crate::Permission), or one that no host can enforce.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PermissionError {
    /// It is not of the form.
    #[error("`{0}` is not of the form `CAPABILITY[OPERATION,… on RESOURCE,…]`")]
    Syntax(String),
    /// The part before the bracket names nothing.
    #[error("`{0}` names neither a contract nor an actor's key")]
    Capability(String),
    /// A resource is no pattern.
    #[error("`{0}` is no pattern: it may have one `*`, at its start or at its end")]
    Pattern(String),
    /// No host can tell the resources of the capability.
    #[error("`{0}` can be narrowed by operations only: what its messages are about is not known")]
    NoResources(String),
}
