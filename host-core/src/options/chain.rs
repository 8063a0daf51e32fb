//! The authority of an actor that acts for another one.

/// The authority by which an actor acts while another actor waits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChainRule {
    /// Its own: it is a service, as all actors were in 2020.
    #[default]
    Own,
    /// What it and its caller may both do. If the caller acts for another one by this rule, too, then what
    /// all of them may do.
    Shrink,
}
