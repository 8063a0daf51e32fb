//! The authority of an actor that acts for another one.

/// The authority by which an actor acts while another actor waits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChainRule {
    /// Its own: it is a service, as all actors were in 2020.
    #[default]
    Own,
    /// The authority that it and its caller share. If the caller acts for another one by this rule, too,
    /// that which all of them share.
    Shrink,
}
